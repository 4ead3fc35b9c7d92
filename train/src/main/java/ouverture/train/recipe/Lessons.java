package ouverture.train.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.TrainingException;
import ouverture.text.Tokenizer;
import ouverture.train.TrainingData;
import ouverture.train.gradient.TrainingBatch.Document;
import ouverture.train.recipe.Task.Exchange;
import ouverture.train.tokenizer.BpeTrainer;
import ouverture.train.tokenizer.TrainedVocabulary;

/// A task's exchanges, parted by their questions: one question in ten is for the examination only, whatever
/// number it comes from.
final class Lessons {
    private static final int PARTS = 10;

    /// Exchanges that the vocabulary is made from.
    private static final int VOCABULARY_EXCHANGES = 20_000;

    /// Numbers of one exchange that are tried until one is of the right part.
    private static final long TRIES = 1L << 20;

    /// Where the numbers of the examination begin.
    private static final long EXAMINATION = 1L << 40;

    private final Task task;
    private final long seed;

    Lessons(Task task, long seed) {
        this.task = task;
        this.seed = seed;
    }

    /// The exchange of a number from 0 on.
    private Exchange exchange(long index, boolean examined) {
        long first = seed * 0x9E37_79B9_7F4A_7C15L + index * TRIES;
        for (long number = first; ; number++) {
            Exchange exchange = task.exchange(number);
            boolean forExamination = Math.floorMod(mixed(exchange.question().hashCode()), PARTS) == 0;
            if (forExamination == examined) {
                return exchange;
            }
        }
    }

    /// Spreads the hash codes of strings, which neighbouring strings share but for the last bits.
    private static int mixed(int hash) {
        int mixed = (hash ^ hash >>> 16) * 0x85EB_CA6B;
        mixed = (mixed ^ mixed >>> 13) * 0xC2B2_AE35;
        return mixed ^ mixed >>> 16;
    }

    /// Makes the vocabulary.
    ///
    /// @param size tokens at most
    TrainedVocabulary vocabulary(int size) {
        BpeTrainer trainer = new BpeTrainer("qwen2");
        for (int i = 0; i < VOCABULARY_EXCHANGES; i++) {
            trainer.add(Harmony.text(exchange(i, false)));
        }
        return trainer.train(size, Harmony.WORDS, Harmony.CONTROLS);
    }

    /// What is taught.
    ///
    /// @param context tokens of the longest document that can be learned
    TrainingData data(Tokenizer tokenizer, int context) {
        return index -> {
            Document document = Harmony.document(exchange(index, false), tokenizer);
            if (document.rows() > context) {
                throw new TrainingException("Example " + index + " has " + document.tokens().length
                        + " tokens, and the model's context is " + context + ": make \"context\" larger.");
            }
            return document;
        };
    }

    /// Exchanges of which none is taught, each with another question; fewer where the task has no more.
    List<Exchange> examination(int count) {
        Map<String, Exchange> exchanges = new LinkedHashMap<>();
        for (long i = 0; exchanges.size() < count && i < 100L * count; i++) {
            Exchange exchange = exchange(EXAMINATION + i, true);
            exchanges.putIfAbsent(exchange.question(), exchange);
        }
        return List.copyOf(exchanges.values());
    }
}
