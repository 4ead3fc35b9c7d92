package ouverture.constrain;

import java.util.List;
import ouverture.error.RequestException;

/// The form that an answer must have. It is checked when a request is started: what is damaged, too large, or
/// asks for something that cannot be promised is refused then, by name.
public sealed interface Constraint {
    /// Characters of a schema, an expression or a grammar at most.
    int LONGEST = 1 << 20;

    /// JSON that fits a JSON Schema (draft 2020-12), without leading or trailing space, and with no more space in
    /// between than people write.
    ///
    /// @param schema in JSON
    record JsonSchema(String schema) implements Constraint {
        public JsonSchema {
            check("schema", schema);
        }
    }

    /// Any JSON object.
    record JsonObject() implements Constraint {}

    /// A text that a regular expression of ECMAScript fits as a whole, without lookaround, back references and
    /// word boundaries, which no automaton can follow.
    record Regex(String expression) implements Constraint {
        public Regex {
            check("regular expression", expression);
        }
    }

    /// One of some texts.
    ///
    /// @param texts at least one, none of them empty
    record Choice(List<String> texts) implements Constraint {
        public Choice {
            texts = List.copyOf(texts);
            if (texts.isEmpty() || texts.contains("")) {
                throw new RequestException("A choice needs at least one text, and none that is empty.");
            }
            check("choice", String.join("", texts));
        }
    }

    /// A text that a grammar in llama.cpp's notation (GBNF) derives from its rule `root`.
    record Gbnf(String grammar) implements Constraint {
        public Gbnf {
            check("grammar", grammar);
        }
    }

    private static void check(String what, String text) {
        if (text.length() > LONGEST) {
            throw new RequestException(
                    "The " + what + " has " + text.length() + " characters; " + LONGEST + " are the most.");
        }
    }
}
