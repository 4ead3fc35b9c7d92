package ouverture;

import java.util.Locale;

/// How the hidden states of a text become one vector.
public enum Pooling {
    /// The mean of all positions.
    MEAN,
    /// The last position, which alone has seen the whole text where attention looks back only.
    LAST;

    private static final int GGUF_LAST = 3;

    /// As it is typed.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The pooling for GGUF's number of it (`pooling_type`: 0 none, 1 mean, 2 first, 3 last); the mean where the
    /// number names none that these models have.
    static Pooling of(int number) {
        return number == GGUF_LAST ? LAST : MEAN;
    }
}
