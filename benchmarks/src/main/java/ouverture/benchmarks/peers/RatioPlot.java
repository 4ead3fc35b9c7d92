package ouverture.benchmarks.peers;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A plot of all ratios as SVG: a line of text and a bar for each row, a mark where the bar should end.
final class RatioPlot {
    private static final int LINE = 22;
    private static final int TOP = 40;
    private static final int LEFT = 400;
    private static final int WIDTH = 420;
    private static final int MARGIN = 50;
    private static final int THICKNESS = 14;

    private RatioPlot() {}

    /// @param rows those without a peer are left out
    static String of(List<Row> rows) {
        List<Row> compared = rows.stream().filter(row -> row.ratio() != null).toList();
        double longest = 1;
        for (Row row : compared) {
            Double bar = Bar.ratio(row, rows);
            longest = Math.max(longest, Math.max(ratio(row), bar == null ? 0 : bar));
        }
        double scale = WIDTH / longest;
        int height = TOP + LINE * compared.size() + LINE;
        int width = LEFT + WIDTH + MARGIN;
        StringBuilder svg = new StringBuilder();
        append(svg, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"
                    font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="%d" y="20" font-size="14">Ouverture's speed over llama.cpp's (line: equal; red: bar)</text>
                """, width, height, width, height, MARGIN / 5);
        for (int i = 0; i < compared.size(); i++) {
            append(svg, compared.get(i), Bar.ratio(compared.get(i), rows), TOP + LINE * i, scale);
        }
        double equal = LEFT + scale;
        append(
                svg,
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"black\"/>%n</svg>%n",
                equal,
                TOP - 6,
                equal,
                height - LINE / 2);
        return svg.toString();
    }

    private static void append(StringBuilder svg, Row row, @Nullable Double bar, int y, double scale) {
        double end = LEFT + scale * ratio(row);
        append(
                svg,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s, %s</text>%n",
                LEFT - 8,
                y + 11,
                row.file().replace(".gguf", ""),
                row.work());
        String colour = row.isPrefill() ? "#2b6cb0" : "#38a169";
        append(
                svg,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                LEFT,
                y,
                end - LEFT,
                THICKNESS,
                colour);
        append(svg, "<text x=\"%.1f\" y=\"%d\">%.2f</text>%n", end + 4, y + 11, ratio(row));
        if (bar != null) {
            double mark = LEFT + scale * bar;
            append(
                    svg,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#c53030\" stroke-width=\"2\"/>%n",
                    mark,
                    y - 2,
                    mark,
                    y + THICKNESS + 2);
        }
    }

    private static double ratio(Row row) {
        return row.ratio() == null ? 0 : row.ratio();
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    private static void append(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values).replace("\r\n", "\n"));
    }
}
