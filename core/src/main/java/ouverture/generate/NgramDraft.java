package ouverture.generate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Guesses that what followed the same tokens before follows again, in the prompt or in the answer: texts that
/// are quoted, code that is changed, loops. Costs no pass of any model.
final class NgramDraft extends Draft {
    private final Map<Sequence, NgramIndex> indices = new HashMap<>();

    @Override
    int grounds() {
        return ground(NgramIndex.LONGEST + MOST) + 1;
    }

    /// Longer matches are better grounds; the chance grows slower and slower.
    private static int ground(int matching) {
        if (matching < NgramIndex.SHORTEST) {
            return 0;
        }
        int log = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(matching);
        int half = matching >> (log - 1) & 1;
        return 2 * log + half - 1;
    }

    @Override
    double passNanos() {
        return 0;
    }

    @Override
    List<Guess> guess(List<Wish> wishes) {
        return wishes.stream().map(this::guess).toList();
    }

    private Guess guess(Wish wish) {
        NgramIndex index = indices.computeIfAbsent(wish.sequence(), _ -> new NgramIndex());
        for (int i = index.length(); i < wish.sequence().length(); i++) {
            index.add(wish.sequence().token(i));
        }
        NgramIndex.Match match = index.find();
        if (match.length() == 0) {
            return Guess.NOTHING;
        }
        int[] tokens = new int[wish.most()];
        int[] grounds = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            int next = match.next() + i;
            // A loop goes on beyond the end with what was just guessed.
            tokens[i] = next < index.length() ? index.token(next) : tokens[next - index.length()];
            grounds[i] = ground(match.length() + i);
        }
        return Guess.of(tokens, grounds, wish.sequence().fitting(tokens));
    }

    @Override
    void forget(Sequence sequence) {
        indices.remove(sequence);
    }
}
