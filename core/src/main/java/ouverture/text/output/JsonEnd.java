package ouverture.text.output;

/// Finds where a JSON object or array ends, character by character. Brackets are counted, not matched: a parser
/// judges the whole later.
final class JsonEnd {
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean begun;

    /// Whether the first bracket has come.
    boolean hasBegun() {
        return begun;
    }

    /// Takes a character.
    ///
    /// @return whether the value ends with it
    boolean push(char c) {
        if (inString) {
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return false;
        }
        switch (c) {
            case '"' -> inString = begun;
            case '{', '[' -> {
                begun = true;
                depth++;
            }
            case '}', ']' -> depth -= begun ? 1 : 0;
            default -> {}
        }
        return begun && depth == 0;
    }
}
