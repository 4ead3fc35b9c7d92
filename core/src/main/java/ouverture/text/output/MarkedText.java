package ouverture.text.output;

/// Text that remembers which of its characters come from control tokens, and where it has tags that are tags
/// whatever stands around them: special tokens of the vocabulary.
final class MarkedText {
    private static final int CONTROL = 1;
    private static final int TAG = 2;

    private final StringBuilder text = new StringBuilder();
    /// For each character, a sum of CONTROL and TAG; TAG at a tag's first one.
    private final StringBuilder marks = new StringBuilder();

    int length() {
        return text.length();
    }

    boolean isControl(int index) {
        return (marks.charAt(index) & CONTROL) != 0;
    }

    /// Whether a tag that is one whatever stands around it begins at an index.
    boolean isTag(int index) {
        return (marks.charAt(index) & TAG) != 0;
    }

    /// Makes a tag of what begins at an index.
    void markTag(int index) {
        marks.setCharAt(index, (char) (marks.charAt(index) | TAG));
    }

    void append(String added, boolean isControl) {
        text.append(added);
        marks.repeat(isControl ? CONTROL : 0, added.length());
    }

    void append(MarkedText added) {
        text.append(added.text);
        marks.append(added.marks);
    }

    /// Puts a text before this one.
    void prepend(MarkedText added) {
        text.insert(0, added.text);
        marks.insert(0, added.marks);
    }

    /// Takes the first `count` characters out.
    MarkedText take(int count) {
        MarkedText taken = new MarkedText();
        taken.text.append(text, 0, count);
        taken.marks.append(marks, 0, count);
        text.delete(0, count);
        marks.delete(0, count);
        return taken;
    }

    /// Whether `tag` stands at an index.
    boolean has(String tag, int at) {
        return at + tag.length() <= text.length() && agrees(tag, at, tag.length());
    }

    /// Whether the text ends, from an index on, with a beginning of `tag` that is not all of it.
    boolean mayBecome(String tag, int at) {
        int length = text.length() - at;
        return length < tag.length() && agrees(tag, at, length);
    }

    /// No other tag may begin within a tag.
    private boolean agrees(String tag, int at, int length) {
        for (int i = 0; i < length; i++) {
            if (text.charAt(at + i) != tag.charAt(i) || i > 0 && isTag(at + i)) {
                return false;
            }
        }
        return true;
    }

    char charAt(int index) {
        return text.charAt(index);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
