package ouverture.train;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A run's loss over its steps as an SVG picture.
public final class LossCurve {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 400;
    private static final int MARGIN = 50;
    private static final int LINES = 5;

    /// Steps whose mean is one point, at most that many points.
    private static final int POINTS = 400;

    private final List<TrainingLog.Entry> entries;
    private final double highest;
    private final double steps;

    private LossCurve(List<TrainingLog.Entry> entries) {
        this.entries = entries;
        highest = entries.stream().mapToDouble(TrainingLog.Entry::loss).max().orElse(1);
        steps = entries.stream().mapToLong(TrainingLog.Entry::step).max().orElse(1);
    }

    /// The picture.
    ///
    /// @param title above it; any text
    public static String svg(String title, List<TrainingLog.Entry> entries) {
        return new LossCurve(entries).draw(title);
    }

    private String draw(String title) {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">\n<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%d\" y=\"20\" font-size=\"14\">%s</text>\n", MARGIN, escaped(title)));
        for (int i = 0; i <= LINES; i++) {
            double loss = highest * i / LINES;
            double step = steps * i / LINES;
            svg.append(String.format(
                    Locale.ROOT,
                    "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"4\" y=\"%.1f\">%.3g</text>"
                            + "<text x=\"%.1f\" y=\"%d\">%.0f</text>\n",
                    MARGIN,
                    y(loss),
                    WIDTH - MARGIN,
                    y(loss) + 4,
                    loss,
                    x(step) - 8,
                    HEIGHT - 30,
                    step));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\">step; loss in nats for each token</text>\n",
                MARGIN,
                HEIGHT - 10));
        svg.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"#06c\" stroke-width=\"1.5\"/>\n</svg>\n",
                points()));
        return svg.toString();
    }

    private String points() {
        int group = Math.max(1, Math.ceilDiv(entries.size(), POINTS));
        return java.util.stream.IntStream.range(0, Math.ceilDiv(entries.size(), group))
                .mapToObj(i -> entries.subList(i * group, Math.min(entries.size(), (i + 1) * group)))
                .map(some -> String.format(
                        Locale.ROOT,
                        "%.1f,%.1f",
                        x((double) some.getLast().step()),
                        y(some.stream()
                                .mapToDouble(TrainingLog.Entry::loss)
                                .average()
                                .orElse(0))))
                .collect(Collectors.joining(" "));
    }

    private double x(double step) {
        return MARGIN + (WIDTH - 2 * MARGIN) * step / steps;
    }

    private double y(double loss) {
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * loss / highest;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
