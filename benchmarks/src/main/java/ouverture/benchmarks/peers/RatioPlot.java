package ouverture.benchmarks.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A plot of all ratios as SVG, for light and dark pages: for each file and work a bar for each peer, from the
/// lowest to the highest ratio of two turns a thin line, and a mark where the bar ought to end.
final class RatioPlot {
    private static final int BAR = 14;
    private static final int GAP = 8;
    private static final int TOP = 62;
    private static final int BOTTOM = 30;
    private static final int LEFT = 330;
    private static final int WIDTH = 500;
    private static final int RIGHT = 50;
    private static final int NUMBER = 34;

    /// Colours by peer, told apart by people who see few of them (Okabe and Ito).
    private static final List<String> COLOURS = List.of("#0072b2", "#e69f00", "#009e73");

    private final List<Row> rows;
    private final List<String> peers;
    private final StringBuilder svg = new StringBuilder();
    private final double scale;

    private RatioPlot(List<Row> all) {
        rows = all.stream().filter(row -> row.ratio() != null).toList();
        peers = rows.stream().map(Row::opponent).distinct().toList();
        double longest = 1.2;
        for (Row row : rows) {
            Double wanted = Bar.ratio(row);
            longest = Math.max(longest, Math.max(number(row.ratioHigh()), wanted == null ? 0 : wanted));
        }
        scale = WIDTH / longest;
    }

    /// @param rows those without a peer are left out
    static String of(List<Row> rows) {
        return new RatioPlot(rows).draw();
    }

    private String draw() {
        Map<String, List<Row>> groups = new LinkedHashMap<>();
        rows.forEach(row -> groups.computeIfAbsent(
                        row.file().replace(".gguf", "") + ", " + row.work(), _ -> new ArrayList<>())
                .add(row));
        int height = TOP + BAR * rows.size() + GAP * groups.size() + BOTTOM;
        int width = LEFT + WIDTH + RIGHT;
        add("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">
                <title>Ouverture's speed over that of its peers</title>
                <style>
                text { font: 12px sans-serif; fill: #1f2328 }
                .back { fill: #ffffff } .line { stroke: #d1d9e0 } .one { stroke: #1f2328 } .mark { stroke: #cf222e }
                @media (prefers-color-scheme: dark) {
                text { fill: #f0f6fc }
                .back { fill: #0d1117 } .line { stroke: #3d444d } .one { stroke: #f0f6fc } .mark { stroke: #ff7b72 }
                }
                </style>
                <rect class="back" width="100%%" height="100%%"/>
                <text x="12" y="22" style="font-size: 15px">Ouverture's speed over that of its peers</text>
                """, width, height, width, height);
        legend();
        for (double at = 0; at * scale <= WIDTH; at += 0.5) {
            vertical(at == 1 ? "one" : "line", at, TOP - 4, height - BOTTOM + 4);
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>%n", x(at), height - BOTTOM + 18, at);
        }
        int y = TOP;
        for (Map.Entry<String, List<Row>> group : groups.entrySet()) {
            int middle = y + BAR * group.getValue().size() / 2 + 4;
            add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LEFT - 8, middle, group.getKey());
            for (Row row : group.getValue()) {
                bar(row, y);
                y += BAR;
            }
            y += GAP;
        }
        add("</svg>%n");
        return svg.toString();
    }

    private void legend() {
        int x = LEFT;
        for (String peer : peers) {
            add("<rect x=\"%d\" y=\"36\" width=\"12\" height=\"12\" fill=\"%s\"/>%n", x, colour(peer));
            add("<text x=\"%d\" y=\"46\">%s</text>%n", x + 17, peer);
            x += 120;
        }
        add("<line class=\"mark\" x1=\"%d\" y1=\"35\" x2=\"%d\" y2=\"49\" stroke-width=\"3\"/>%n", x, x);
        add("<text x=\"%d\" y=\"46\">what it ought to be</text>%n", x + 8);
    }

    private void bar(Row row, int y) {
        double ratio = number(row.ratio());
        add(
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                LEFT, y, scale * ratio, BAR - 2, colour(row.opponent()));
        double high = Math.max(ratio, number(row.ratioHigh()));
        int middle = y + BAR / 2 - 1;
        add(
                "<line class=\"one\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
                x(number(row.ratioLow())), middle, x(high), middle);
        double number = x(high) + 5;
        Double wanted = Bar.ratio(row);
        if (wanted != null) {
            double mark = x(wanted);
            add(
                    "<line class=\"mark\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke-width=\"3\"/>%n",
                    mark, y - 1, mark, y + BAR - 1);
            number = mark > number - 5 && mark < number + NUMBER ? mark + 5 : number;
        }
        add("<text x=\"%.1f\" y=\"%d\">%.2f</text>%n", number, y + BAR - 3, ratio);
    }

    private void vertical(String kind, double at, int from, int to) {
        add("<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n", kind, x(at), from, x(at), to);
    }

    private double x(double ratio) {
        return LEFT + scale * ratio;
    }

    private String colour(String peer) {
        return COLOURS.get(peers.indexOf(peer) % COLOURS.size());
    }

    private static double number(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values).replace("\r\n", "\n"));
    }
}
