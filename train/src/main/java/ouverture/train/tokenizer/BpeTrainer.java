package ouverture.train.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import ouverture.error.RequestException;
import ouverture.text.ByteLevelWords;

/// Makes the vocabulary of a byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909; bytes as in
/// GPT-2): again and again the pair of pieces that stands side by side most often in the words becomes a new
/// piece. Of pairs that are equally frequent the one with the lower ids comes first, so that the same text gives
/// the same vocabulary.
///
/// Only the words in which a merged pair stands are looked at again: the time is that of counting the words, and
/// about 10 microseconds for each place where something is merged.
public final class BpeTrainer {
    private static final long LOW = 0xFFFF_FFFFL;

    private final ByteLevelWords splitter;
    private final String rule;
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final List<String> pieces = new ArrayList<>(ByteLevelWords.alphabet());
    private final Map<String, Integer> ids = new HashMap<>();
    private final Set<String> merges = new LinkedHashSet<>();
    private final List<Word> words = new ArrayList<>();
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();

    /// A word as ids of pieces.
    private static final class Word {
        private final long count;
        private int[] symbols;

        Word(long count, int[] symbols) {
            this.count = count;
            this.symbols = symbols;
        }
    }

    /// How often two pieces stand side by side, and in which words they may.
    private static final class Pair {
        private long count;
        private final BitSet words = new BitSet();
    }

    /// A pair with the count that it had once; where it has another by now, there is another candidate for it.
    private record Candidate(long count, long pair) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byCount = Long.compare(other.count, count);
            return byCount != 0 ? byCount : Long.compare(pair, other.pair);
        }
    }

    /// @param rule of splitting text into words, as `tokenizer.ggml.pre` names it
    /// @throws ouverture.error.UnsupportedModelException if this build does not know the rule
    public BpeTrainer(String rule) {
        this.rule = rule;
        splitter = ByteLevelWords.named(rule);
        for (int id = 0; id < pieces.size(); id++) {
            ids.put(pieces.get(id), id);
        }
    }

    /// Counts the words of a text.
    public void add(String text) {
        splitter.each(text, word -> counts.merge(word, 1L, Long::sum));
    }

    /// Makes the vocabulary; once. It is smaller than asked for where nothing is left to merge.
    ///
    /// @param size of the vocabulary
    /// @param whole words that become one piece each, whatever the counts say
    /// @param controls names of the control tokens
    /// @throws RequestException if the size does not even hold bytes, whole words and control tokens
    public TrainedVocabulary train(int size, List<String> whole, List<String> controls) {
        index();
        for (String word : whole) {
            mergeWhole(ByteLevelWords.written(word));
        }
        int most = size - controls.size();
        if (pieces.size() > most) {
            throw new RequestException("A vocabulary of " + size + " tokens is too small: bytes, whole words and"
                    + " control tokens take " + (pieces.size() + controls.size()) + ".");
        }
        while (pieces.size() < most) {
            Candidate best = candidates.poll();
            if (best == null || best.count <= 0) {
                break;
            }
            Pair found = pairs.get(best.pair);
            if (found != null && found.count == best.count) {
                merge(best.pair);
            }
        }
        List<String> all = new ArrayList<>(pieces);
        all.addAll(controls);
        return new TrainedVocabulary(rule, List.copyOf(all), List.copyOf(merges), controls.size());
    }

    /// Sets up the words as bytes and counts their pairs. Sorted, so that the order of texts does not matter.
    private void index() {
        counts.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            int[] symbols = entry.getKey()
                    .chars()
                    .map(letter -> id(String.valueOf((char) letter)))
                    .toArray();
            words.add(new Word(entry.getValue(), symbols));
        });
        for (int w = 0; w < words.size(); w++) {
            count(w, 1, new HashSet<>());
        }
        pairs.forEach((pair, found) -> candidates.add(new Candidate(found.count, pair)));
    }

    /// Adds a word's pairs to the counts, or takes them off.
    ///
    /// @param changed gets the pairs
    private void count(int index, int sign, Set<Long> changed) {
        Word word = words.get(index);
        for (int i = 0; i + 1 < word.symbols.length; i++) {
            long pair = pair(word.symbols[i], word.symbols[i + 1]);
            Pair found = pairs.computeIfAbsent(pair, _ -> new Pair());
            found.count += sign * word.count;
            found.words.set(index);
            changed.add(pair);
        }
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    /// Makes a pair a piece, in all words.
    private void merge(long pair) {
        int left = (int) (pair >>> 32);
        int right = (int) (pair & LOW);
        String piece = pieces.get(left) + pieces.get(right);
        merges.add(pieces.get(left) + " " + pieces.get(right));
        // Two ways of merging may lead to one piece, which needs no second id.
        int id = ids.computeIfAbsent(piece, _ -> pieces.size());
        if (id == pieces.size()) {
            pieces.add(piece);
        }
        Pair found = pairs.get(pair);
        Set<Long> changed = new HashSet<>();
        if (found != null) {
            found.words.stream().forEach(w -> {
                count(w, -1, changed);
                words.get(w).symbols = merged(words.get(w).symbols, left, right, id);
                count(w, 1, changed);
            });
            pairs.remove(pair);
        }
        changed.remove(pair);
        for (long other : changed) {
            Pair counted = pairs.get(other);
            if (counted != null) {
                candidates.add(new Candidate(counted.count, other));
            }
        }
    }

    private static int[] merged(int[] symbols, int left, int right, int id) {
        int[] merged = new int[symbols.length];
        int length = 0;
        for (int i = 0; i < symbols.length; i++) {
            boolean both = symbols[i] == left && i + 1 < symbols.length && symbols[i + 1] == right;
            merged[length++] = both ? id : symbols[i];
            i += both ? 1 : 0;
        }
        return Arrays.copyOf(merged, length);
    }

    /// Merges the pieces of a word, from its start on, until it is one.
    private void mergeWhole(String word) {
        for (int end = 1; end < word.length(); end++) {
            if (!ids.containsKey(word.substring(0, end + 1))) {
                merge(pair(id(word.substring(0, end)), id(word.substring(end, end + 1))));
            }
        }
    }

    private int id(String piece) {
        return Objects.requireNonNull(ids.get(piece));
    }
}
