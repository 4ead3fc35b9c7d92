package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.List;

/// A header as it comes in: text, and the places of control tokens in it.
final class RawHeader {
    /// More than any header has: what is longer, or has more words, or a line feed in its text, is none.
    private static final int MOST_CHARACTERS = 256;

    /// With the spaces around it.
    private static final int MOST_SPACED = 4096;

    private static final int MOST_WORDS = 8;

    /// A word of a header.
    ///
    /// @param begin of its characters in [#text], `end` exclusive; none where a control token is followed by none
    /// @param mark the control token right before it: CHANNEL or CONSTRAIN, or START for none of them
    record Word(int begin, int end, HarmonyControl mark) {
        boolean isPlain() {
            return mark == HarmonyControl.START;
        }
    }

    private record Mark(int position, HarmonyControl control) {}

    private final StringBuilder text = new StringBuilder();
    private final List<Mark> marks = new ArrayList<>();

    void add(String more) {
        text.append(more);
    }

    /// @param control CHANNEL or CONSTRAIN
    void add(HarmonyControl control) {
        marks.add(new Mark(text.length(), control));
    }

    /// The text without its control tokens.
    String text() {
        return text.toString();
    }

    String text(Word word) {
        return text.substring(word.begin, word.end);
    }

    boolean hasMarks() {
        return !marks.isEmpty();
    }

    /// Whether this has become too long for a header. Its last word may not be complete yet, unless there are so
    /// many that it can be no part of a header.
    boolean isContent() {
        if (text.isEmpty() || text.length() > MOST_SPACED) {
            return !text.isEmpty();
        }
        int words = 0;
        int characters = 0;
        boolean space = true;
        boolean broken = false; // a line feed stands within the text
        boolean feed = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean before = space;
            space = Character.isWhitespace(c);
            feed |= c == '\n' && characters > 0;
            if (!space) {
                words += before ? 1 : 0;
                characters++;
                broken |= feed;
            }
        }
        boolean unlike = marks.size() > MOST_WORDS || characters > MOST_CHARACTERS || broken;
        return words > MOST_WORDS || space && unlike;
    }

    /// The words in their order. Spaces and control tokens separate them.
    List<Word> words() {
        List<Word> words = new ArrayList<>();
        int from = 0;
        HarmonyControl mark = HarmonyControl.START;
        for (int i = 0; i <= marks.size(); i++) {
            int to = i < marks.size() ? marks.get(i).position : text.length();
            addWords(from, to, mark, words);
            if (i < marks.size()) {
                from = to;
                mark = marks.get(i).control;
            }
        }
        return words;
    }

    private void addWords(int from, int to, HarmonyControl mark, List<Word> words) {
        int at = from;
        if (mark != HarmonyControl.START) {
            at = endOfWord(from, to);
            words.add(new Word(from, at, mark));
        }
        while (at < to) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else {
                int end = endOfWord(at, to);
                words.add(new Word(at, end, HarmonyControl.START));
                at = end;
            }
        }
    }

    private int endOfWord(int from, int to) {
        int end = from;
        while (end < to && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
