package ouverture.text.jinja;

/// A piece of a template.
///
/// @param text template data; a name; an operator; a string's value with its escapes decoded; a number as written
/// @param line 1-based
record Token(Kind kind, String text, int line) {
    enum Kind {
        DATA("template data"),
        PRINT_BEGIN("begin of print statement"),
        PRINT_END("end of print statement"),
        BLOCK_BEGIN("begin of statement block"),
        BLOCK_END("end of statement block"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        FLOAT("float"),
        OPERATOR("operator"),
        END("end of template");

        private final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    boolean operator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean name(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    /// How messages call this token.
    String description() {
        return switch (kind) {
            case NAME, OPERATOR, INTEGER, FLOAT -> "'" + text + "'";
            case STRING -> "a string";
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> kind.description;
        };
    }
}
