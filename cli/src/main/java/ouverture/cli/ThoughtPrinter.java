package ouverture.cli;

import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Shows thoughts apart from the answer that follows them.
final class ThoughtPrinter {
    private static final String DIM = "\u001b[2m";
    private static final String NOT_DIM = "\u001b[22m";

    private final Writer out;
    private final boolean visible;
    private final boolean dimmed;
    private final UnaryOperator<String> shown;
    private boolean thinking;

    /// @param visible whether thoughts are shown at all
    /// @param dimmed whether `out` is a terminal that can dim them
    /// @param shown makes a piece fit for `out`
    ThoughtPrinter(Writer out, boolean visible, boolean dimmed, UnaryOperator<String> shown) {
        this.out = out;
        this.visible = visible;
        this.dimmed = dimmed;
        this.shown = shown;
    }

    /// Whether terminals of this environment are asked to dim text: not dumb ones, and none where `NO_COLOR` is
    /// set.
    static boolean canDim(Map<String, String> environment) {
        return !"dumb".equals(environment.get("TERM"))
                && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    void piece(String thought) throws IOException {
        if (visible) {
            if (!thinking && dimmed) {
                out.write(DIM);
            }
            thinking = true;
            out.write(shown.apply(thought));
            out.flush();
        }
    }

    /// Ends the thought, if there is one, with an empty line before what follows.
    void end() throws IOException {
        if (thinking) {
            thinking = false;
            out.write((dimmed ? NOT_DIM : "") + "\n\n");
            out.flush();
        }
    }
}
