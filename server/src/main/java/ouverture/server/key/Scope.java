package ouverture.server.key;

import java.util.Locale;

/// What a key is good for.
public enum Scope {
    /// Asking models: answers, tokens.
    INFERENCE,
    /// Listing and looking at models.
    MODELS,
    /// Reading metrics.
    METRICS,
    /// Changing what the server has: adapters that come and go.
    ADMIN;

    /// As it is typed.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
