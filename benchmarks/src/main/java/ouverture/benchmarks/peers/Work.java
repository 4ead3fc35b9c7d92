package ouverture.benchmarks.peers;

import java.util.Locale;

/// What is measured once.
///
/// @param context tokens that lie in the cache before
/// @param sequences answers that are written at the same time, each with a context of its own
/// @param tokens of a prompt that is read, or of each answer that is written
record Work(Phase phase, int context, int sequences, int tokens) {
    enum Phase {
        /// A prompt is computed in one batch.
        PREFILL,
        /// Answers are written, a token of each in a step.
        DECODE
    }

    static Work prefill(int tokens) {
        return new Work(Phase.PREFILL, 0, 1, tokens);
    }

    static Work decode(int context, int sequences, int tokens) {
        return new Work(Phase.DECODE, context, sequences, tokens);
    }

    /// Positions that all sequences need together; the last token of an answer needs one too.
    int positions() {
        return sequences * (context + tokens + 1);
    }

    /// Tokens of one pass through the weights.
    int tokensPerPass() {
        return phase == Phase.PREFILL ? tokens : sequences;
    }

    /// The work in one line for another process.
    String line() {
        return phase + " " + context + " " + sequences + " " + tokens;
    }

    /// The work that [#line()] wrote.
    static Work parse(String line) {
        String[] parts = line.split(" ", -1);
        return new Work(
                Phase.valueOf(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                Integer.parseInt(parts[3]));
    }

    /// For people: `prefill 512`, `decode 128, 8 sequences`, `decode 32 after 16384`.
    @Override
    public String toString() {
        return phase.name().toLowerCase(Locale.ROOT) + " " + tokens
                + (sequences > 1 ? ", " + sequences + " sequences" : "") + (context > 0 ? " after " + context : "");
    }
}
