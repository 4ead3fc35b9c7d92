package ouverture.text.jinja;

/// What one rendering may use up. A template is a program from an untrusted file; every limit ends it with an
/// exception that names the limit and the line.
///
/// @param steps nodes evaluated, iterations and items touched
/// @param depth nested evaluations, macro calls included
/// @param text characters of the longest single string, and of the output
/// @param built characters of all strings built, dropped ones included
/// @param items entries of the longest list
/// @param range numbers in one `range()`; Jinja2's sandbox has the same limit
public record Limits(long steps, int depth, int text, long built, int items, int range) {
    /// Ample for templates in use, some of which take time in the square of the conversation: gpt-oss needs 15
    /// million steps for 2,000 messages, Reka Edge builds 350 million characters for 1,400.
    public static final Limits DEFAULT = new Limits(100_000_000, 800, 32 << 20, 512L << 20, 1_000_000, 100_000);

    /// Nested blocks and brackets in a template's source.
    static final int NESTING = 100;

    /// Height of a template's tree, long chains of operators included.
    static final int HEIGHT = 400;

    /// Parts of a tuple that is a key.
    static final int KEY_PARTS = 1000;

    /// Characters of a template's source.
    static final int SOURCE = 2 << 20;
}
