package ouverture.text.jinja;

/// Strings in JSON as Python's `json.dumps` and Rust's serde_json write them: short escapes where there are any,
/// lower-case hexadecimal digits where not.
public final class JsonString {
    private JsonString() {}

    /// Appends a string in quotes.
    ///
    /// @param ascii whether everything beyond ASCII is escaped
    public static void append(StringBuilder out, String text, boolean ascii) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7e)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
