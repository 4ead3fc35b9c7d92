package ouverture.benchmarks.serving;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A plot of tokens a second as SVG, for light and dark pages: for each number of requests a bar for our server,
/// for its engine alone and for llama.cpp's server, with a thin line from the lowest to the highest.
final class ServingPlot {
    private static final int BAR = 18;
    private static final int GAP = 14;
    private static final int TOP = 62;
    private static final int LEFT = 170;
    private static final int WIDTH = 560;
    private static final int RIGHT = 70;

    /// Colours that people tell apart who see few of them (Okabe and Ito).
    private static final List<String> COLOURS = List.of("#0072b2", "#56b4e9", "#e69f00");

    private static final List<String> NAMES = List.of("Ouverture", "without HTTP", "llama.cpp");

    private final StringBuilder svg = new StringBuilder();
    private final List<ServingRow> rows;
    private final double scale;

    private ServingPlot(List<ServingRow> all) {
        rows = all.stream().filter(row -> !row.load().isFirstToken()).toList();
        double most = 1;
        for (ServingRow row : rows) {
            most = Math.max(most, Math.max(row.ours().high(), row.engine().high()));
            most = row.peer() == null ? most : Math.max(most, row.peer().high());
        }
        scale = WIDTH / most;
    }

    /// @param rows those about the first token are left out
    static String of(List<ServingRow> rows) {
        return new ServingPlot(rows).draw();
    }

    private String draw() {
        int height = TOP + rows.size() * (NAMES.size() * BAR + GAP);
        int width = LEFT + WIDTH + RIGHT;
        add("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">
                <title>Tokens a second of all requests together</title>
                <style>
                text { font: 12px sans-serif; fill: #1f2328 }
                .back { fill: #ffffff } .range { stroke: #1f2328 }
                @media (prefers-color-scheme: dark) {
                text { fill: #f0f6fc }
                .back { fill: #0d1117 } .range { stroke: #f0f6fc }
                }
                </style>
                <rect class="back" width="100%%" height="100%%"/>
                <text x="12" y="22" style="font-size: 15px">Tokens a second of all requests together</text>
                """, width, height, width, height);
        for (int i = 0; i < NAMES.size(); i++) {
            int x = LEFT + 120 * i;
            add("<rect x=\"%d\" y=\"36\" width=\"12\" height=\"12\" fill=\"%s\"/>%n", x, COLOURS.get(i));
            add("<text x=\"%d\" y=\"46\">%s</text>%n", x + 17, NAMES.get(i));
        }
        int y = TOP;
        for (ServingRow row : rows) {
            int middle = y + NAMES.size() * BAR / 2 + 4;
            add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LEFT - 8, middle, row.load());
            bar(row.ours(), 0, y);
            bar(row.engine(), 1, y + BAR);
            bar(row.peer(), 2, y + 2 * BAR);
            y += NAMES.size() * BAR + GAP;
        }
        add("</svg>%n");
        return svg.toString();
    }

    private void bar(ServingRow.@Nullable Range range, int index, int y) {
        if (range == null) {
            add("<text x=\"%d\" y=\"%d\">not measured</text>%n", LEFT + 5, y + BAR - 5);
            return;
        }
        double length = range.median() * scale;
        double end = LEFT + range.high() * scale;
        int middle = y + BAR / 2 - 1;
        add(
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                LEFT, y, length, BAR - 2, COLOURS.get(index));
        add(
                "<line class=\"range\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
                LEFT + range.low() * scale, middle, end, middle);
        add("<text x=\"%.1f\" y=\"%d\">%.1f</text>%n", end + 5, y + BAR - 5, range.median());
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values).replace("\r\n", "\n"));
    }
}
