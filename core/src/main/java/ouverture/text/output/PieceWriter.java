package ouverture.text.output;

import java.util.ArrayList;
import java.util.List;

/// Writes pieces and keeps the line ends around tags out of thoughts and answers: those that a tag is followed
/// by, and two before it. Holds no more than these.
final class PieceWriter {
    private static final int MOST_LINE_ENDS = 2;
    static final int MOST_BETWEEN_CALLS = 8;
    static final String BETWEEN_CALLS = " \t\r\n;";

    private List<Output> pieces = new ArrayList<>();
    private final StringBuilder run = new StringBuilder();
    private boolean runIsThought;
    private int heldLineEnds;
    private int skip;
    private String skipped = "";
    private String header = "";
    private final StringBuilder beginning = new StringBuilder();

    /// What was written since the last call.
    List<Output> drain() {
        flushRun();
        List<Output> drained = pieces;
        pieces = new ArrayList<>();
        return drained;
    }

    /// Leaves out up to `count` of these characters before the next text.
    void skip(int count, String characters) {
        skip = count;
        skipped = characters;
    }

    /// Leaves out the header of a thought if it comes next.
    void header(String expected) {
        header = expected;
    }

    /// Writes a piece of the answer or of a thought. Control tokens in it become markup.
    ///
    /// @param holds whether a tag may follow whose line ends have to be held back
    void text(MarkedText text, boolean thought, boolean holds) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (text.isControl(i)) {
                settle(thought);
                markup(String.valueOf(c));
            } else if (skip > 0 && skipped.indexOf(c) >= 0) {
                skip--;
                markup(String.valueOf(c));
            } else {
                skip = 0;
                write(c, thought, holds);
            }
        }
    }

    private void write(char c, boolean thought, boolean holds) {
        if (!header.isEmpty() && header.charAt(beginning.length()) == c) {
            beginning.append(c);
            if (beginning.length() == header.length()) {
                endHeader(thought, true);
            }
            return;
        }
        endHeader(thought, false);
        if (c != '\n' || !holds) {
            releaseLineEnds(thought);
            put(c, thought);
        } else if (heldLineEnds < MOST_LINE_ENDS) {
            heldLineEnds++;
        } else {
            put(c, thought);
        }
    }

    /// @param whole whether all of the header has come, but for the line end that a tag can stand for
    private void endHeader(boolean thought, boolean whole) {
        if (header.isEmpty()) {
            return;
        }
        String begun = beginning.toString();
        beginning.setLength(0);
        if (whole) {
            markup(begun);
        } else {
            begun.chars().forEach(c -> put((char) c, thought));
        }
        header = "";
    }

    private void releaseLineEnds(boolean thought) {
        for (; heldLineEnds > 0; heldLineEnds--) {
            put('\n', thought);
        }
    }

    private void put(char c, boolean thought) {
        if (thought != runIsThought) {
            flushRun();
            runIsThought = thought;
        }
        run.append(c);
    }

    /// Writes held line ends as text, at the end of an answer or before text of another kind.
    void settle(boolean thought) {
        endHeader(thought, false);
        releaseLineEnds(thought);
    }

    /// Writes a tag, with the line ends before it.
    void tag(String tag) {
        endHeader(true, beginning.toString().equals(header.strip()));
        takeLineEnds();
        markup(tag);
    }

    void call(Output.Call call) {
        endHeader(true, beginning.toString().equals(header.strip()));
        takeLineEnds();
        flushRun();
        pieces.add(call);
        skip(MOST_BETWEEN_CALLS, BETWEEN_CALLS);
    }

    private void takeLineEnds() {
        markup("\n".repeat(heldLineEnds));
        heldLineEnds = 0;
    }

    private void markup(String source) {
        if (source.isEmpty()) {
            return;
        }
        flushRun();
        pieces.add(new Output.Markup(source));
    }

    private void flushRun() {
        if (!run.isEmpty()) {
            String text = run.toString();
            pieces.add(runIsThought ? new Output.Thinking(text) : new Output.Text(text));
            run.setLength(0);
        }
    }
}
