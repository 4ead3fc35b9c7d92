package ouverture;

import java.util.Locale;
import ouverture.error.RequestException;

/// How much a model thinks before it answers: one switch for every family.
public sealed interface Reasoning {
    /// What the model's template does by itself.
    Reasoning AUTO = Level.AUTO;
    /// No thoughts.
    Reasoning OFF = Level.OFF;

    /// As it is typed: `off`, `low`, a number.
    String text();

    /// A named setting.
    enum Level implements Reasoning {
        OFF,
        AUTO,
        LOW,
        MEDIUM,
        HIGH;

        @Override
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /// Thoughts of so many tokens at most.
    ///
    /// @param tokens at least 1
    record Budget(int tokens) implements Reasoning {
        public Budget {
            if (tokens < 1) {
                throw new RequestException("A budget of " + tokens + " tokens leaves nothing to think with; say off.");
            }
        }

        @Override
        public String text() {
            return Integer.toString(tokens);
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /// Understands `off`, `auto`, `low`, `medium`, `high` or a number of tokens, of which 0 is `off`.
    ///
    /// @throws RequestException if the text is none of these
    static Reasoning parse(String text) {
        for (Level level : Level.values()) {
            if (level.text().equals(text)) {
                return level;
            }
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw new RequestException(
                    "'" + text + "' is no reasoning setting; say off, auto, low, medium, high or a number of tokens.");
        }
        int tokens = Integer.parseInt(text);
        return tokens == 0 ? OFF : new Budget(tokens);
    }
}
