package ouverture.benchmarks.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// What clients ask for at once.
///
/// @param requests that are sent at the same time, each with a prompt of its own
/// @param prompt tokens of each prompt
/// @param tokens of each answer; with one, the time until it comes is measured, else the tokens of all answers
///     in a second
record Load(int requests, int prompt, int tokens) {
    private static final double MILLIS = 1e3;

    /// Whether the time to the first token is measured.
    boolean isFirstToken() {
        return tokens == 1;
    }

    /// The figure of so many seconds from the first request to the last token: milliseconds to the first token,
    /// or tokens a second.
    double figure(double seconds) {
        return isFirstToken() ? seconds * MILLIS : requests * tokens / seconds;
    }

    /// How many times as fast one figure is as another.
    double ratio(double one, double other) {
        return isFirstToken() ? other / one : one / other;
    }

    /// Prompts of random tokens, which no cache knows.
    ///
    /// @param vocabulary whose last token ends texts and is left out
    List<List<Integer>> prompts(Random random, int vocabulary) {
        List<List<Integer>> prompts = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            prompts.add(random.ints(prompt, 0, vocabulary - 1).boxed().toList());
        }
        return prompts;
    }

    /// The load in one line for another process.
    String line() {
        return requests + " " + prompt + " " + tokens;
    }

    /// The load that [#line()] wrote.
    static Load parse(String line) {
        String[] parts = line.split(" ", -1);
        return new Load(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    /// For people: `decode 64, 4 requests`, `first token after 512`.
    @Override
    public String toString() {
        return isFirstToken()
                ? "first token after " + prompt
                : String.format(Locale.ROOT, "decode %d, %d request%s", tokens, requests, requests == 1 ? "" : "s");
    }
}
