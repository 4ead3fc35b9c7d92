package ouverture.generate;

import java.util.Arrays;
import java.util.List;
import ouverture.model.Model;
import ouverture.model.Scratch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;

/// Guesses tokens before the model says them, so that one pass can check several (speculative decoding, arXiv
/// 2211.17192). What comes is drawn from the model's own logits all the same: guesses cost or save time and
/// change no token. Not thread-safe: the scheduler's thread alone asks.
public abstract sealed class Draft permits NgramDraft, ModelDraft {
    /// Guessed tokens of one step at most, over all sequences: each one takes room for its logits.
    public static final int MOST = 16;

    /// What is wanted for one sequence.
    ///
    /// @param most tokens at most
    /// @param least chance that all tokens up to one are right, below which it is not worth a pass of the
    ///     draft's own
    /// @param acceptance what was learned of the sequence's guesses
    record Wish(Sequence sequence, int most, double least, Acceptance acceptance) {}

    /// The tokens that may come next.
    ///
    /// @param grounds what each guess rests on, as a number below [#grounds()]
    record Guess(int[] tokens, int[] grounds) {
        static final Guess NOTHING = new Guess(new int[0], new int[0]);

        /// The first `count` of some tokens and grounds.
        static Guess of(int[] tokens, int[] grounds, int count) {
            return new Guess(Arrays.copyOf(tokens, count), Arrays.copyOf(grounds, count));
        }

        int count() {
            return tokens.length;
        }
    }

    /// Rows of two models' embeddings, of which one may have been padded further.
    public record Vocabularies(int small, int large) {}

    Draft() {}

    /// Guesses from the sequence's own tokens: what followed the last time when the same tokens came.
    public static Draft ngrams() {
        return new NgramDraft();
    }

    /// Guesses by a smaller model of the same vocabulary.
    ///
    /// @param kernels of the large model, which are idle while guesses are made
    /// @param cache of the small model, with as many positions as the large one's
    /// @param limits as those of the scheduler
    public static Draft model(
            Model model,
            Kernels kernels,
            KvCache cache,
            Scratch scratch,
            Scheduler.Limits limits,
            Vocabularies vocabularies) {
        return new ModelDraft(model, kernels, cache, scratch, limits, vocabularies, System::nanoTime);
    }

    /// How many kinds of grounds there are.
    abstract int grounds();

    /// Time that a guess more takes for all sequences together; 0 if none worth counting.
    abstract double passNanos();

    /// Guesses for each sequence, in order; empty where there is nothing to go by.
    abstract List<Guess> guess(List<Wish> wishes);

    /// Forgets a sequence that does not run any more.
    abstract void forget(Sequence sequence);
}
