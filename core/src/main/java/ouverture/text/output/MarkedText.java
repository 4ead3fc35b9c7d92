package ouverture.text.output;

import java.util.BitSet;

/// Text that remembers which of its characters come from control tokens.
final class MarkedText {
    private final StringBuilder text = new StringBuilder();
    private final BitSet control = new BitSet();

    int length() {
        return text.length();
    }

    boolean isControl(int index) {
        return control.get(index);
    }

    void append(String added, boolean isControl) {
        control.set(text.length(), text.length() + added.length(), isControl);
        text.append(added);
    }

    void append(MarkedText added) {
        for (int i = 0; i < added.length(); i++) {
            control.set(text.length() + i, added.isControl(i));
        }
        text.append(added.text);
    }

    /// Takes the first `count` characters out.
    MarkedText take(int count) {
        MarkedText taken = new MarkedText();
        taken.text.append(text, 0, count);
        taken.control.or(control.get(0, count));
        BitSet rest = control.get(count, Math.max(count, control.length()));
        text.delete(0, count);
        control.clear();
        control.or(rest);
        return taken;
    }

    /// Whether `tag` stands at an index.
    boolean has(String tag, int at) {
        if (at + tag.length() > text.length()) {
            return false;
        }
        for (int i = 0; i < tag.length(); i++) {
            if (text.charAt(at + i) != tag.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Whether the text ends, from an index on, with a beginning of `tag` that is not all of it.
    boolean mayBecome(String tag, int at) {
        int length = text.length() - at;
        if (length >= tag.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(at + i) != tag.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isBlank(int to) {
        return text.substring(0, to).isBlank();
    }

    char charAt(int index) {
        return text.charAt(index);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
