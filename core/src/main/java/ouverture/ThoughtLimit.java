package ouverture;

/// Counts the tokens of thoughts and closes a thought when they are used up.
final class ThoughtLimit {
    private static final int[] NOTHING = {};

    private final int budget;
    private final int[] closing;
    private final int[] lastClosing;
    private int thought;
    private boolean closed;

    /// @param budget tokens, -1 without a limit
    /// @param closing ids that close a thought
    /// @param lastClosing ids that close a thought that is opened again after that
    ThoughtLimit(int budget, int[] closing, int[] lastClosing) {
        this.budget = budget;
        this.closing = closing;
        this.lastClosing = lastClosing;
    }

    /// No limit.
    static ThoughtLimit none() {
        return new ThoughtLimit(-1, NOTHING, NOTHING);
    }

    /// Takes note of a token of a thought.
    void count() {
        thought++;
    }

    /// Tokens of thoughts so far.
    int counted() {
        return thought;
    }

    /// What must come next within a thought.
    int[] forced() {
        if (budget < 0 || thought < budget) {
            return NOTHING;
        }
        int[] forced = closed ? lastClosing : closing;
        closed = true;
        return forced;
    }
}
