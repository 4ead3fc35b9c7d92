package ouverture.text.output;

/// How a family writes a thought: `open begin … end close after answer`.
///
/// @param open the tag that opens it
/// @param begin what the model is used to write next: a line end, or the name of a channel
/// @param end what it is used to write before the closing tag
/// @param close the tag that closes it
/// @param after what follows before an answer or a call
/// @param answer what follows before an answer and not before a call
public record Thoughts(String open, String begin, String end, String close, String after, String answer) {
    static final Thoughts LINES = of("<think>", "\n", "\n", "</think>", "\n\n");
    static final Thoughts INLINE = of("<think>", "", "", "</think>", "");

    static Thoughts of(String open, String begin, String end, String close, String after) {
        return new Thoughts(open, begin, end, close, after, "");
    }

    /// What opens a thought at the end of a prompt.
    public String opening() {
        return open + begin;
    }

    /// What closes an open thought and begins what follows.
    ///
    /// @param mayCall whether a call may follow
    public String closing(boolean mayCall) {
        return end + close + after + (mayCall ? "" : answer);
    }

    /// Whether a prompt ends inside a thought: its template has opened one.
    public boolean isOpenedBy(String prompt) {
        return prompt.stripTrailing().endsWith(opening().stripTrailing());
    }
}
