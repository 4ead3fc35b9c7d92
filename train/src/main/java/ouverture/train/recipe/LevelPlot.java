package ouverture.train.recipe;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import ouverture.Reasoning;

/// Right answers by level of reasoning as an SVG picture: a panel for all that calculate and one for the other
/// subjects, a line for each kind of questions, whiskers for the 95 % intervals.
final class LevelPlot {
    private static final int HEIGHT = 360;
    private static final int PANEL = 380;
    private static final int MARGIN = 46;
    private static final int BOTTOM = 300;
    private static final int TOP = 40;
    private static final Map<Questions, String> COLOURS =
            Map.of(Questions.NUMBERS, "#06c", Questions.WORDINGS, "#b50", Questions.LENGTHS, "#393");

    private final List<Reasoning.Level> levels;
    private final StringBuilder svg = new StringBuilder();

    private LevelPlot(List<Answers> answers) {
        levels = answers.stream().map(Answers::level).distinct().toList();
    }

    /// The picture.
    static String svg(List<Answers> answers) {
        return new LevelPlot(answers).draw(answers);
    }

    private String draw(List<Answers> answers) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">\n<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
                2 * PANEL, HEIGHT, 2 * PANEL, HEIGHT);
        Map<Boolean, List<Answers>> panels = answers.stream()
                .collect(Collectors.partitioningBy(some -> MarkPage.CALCULATION.contains(some.subject())));
        panel(0, "All that calculate: % right by level of reasoning", panels.getOrDefault(true, List.of()));
        panel(PANEL, "The other subjects", panels.getOrDefault(false, List.of()));
        return svg.append("</svg>\n").toString();
    }

    private void panel(int left, String title, List<Answers> answers) {
        add("<text x=\"%d\" y=\"20\" font-size=\"14\">%s</text>\n", left + MARGIN, title);
        for (int percent = 0; percent <= 100; percent += 20) {
            add(
                    "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\">%d</text>\n",
                    left + MARGIN, y(percent / 100.0), left + PANEL - 20, left + 16, y(percent / 100.0) + 4, percent);
        }
        for (int i = 0; i < levels.size(); i++) {
            String name = levels.get(i).text();
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x(left, i), BOTTOM + 18, name);
        }
        int row = 0;
        for (Questions questions : Questions.values()) {
            List<Answers> these = answers.stream()
                    .filter(some -> some.questions() == questions)
                    .toList();
            if (!these.isEmpty()) {
                line(left, questions, these, row++);
            }
        }
    }

    private void line(int left, Questions questions, List<Answers> answers, int row) {
        String colour = COLOURS.getOrDefault(questions, "black");
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < levels.size(); i++) {
            Reasoning.Level level = levels.get(i);
            Mark mark = MarkPage.together(
                    answers.stream().filter(some -> some.level() == level).toList());
            double x = x(left, i) + 4.0 * row;
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(mark.share())));
            add(
                    "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\" stroke-width=\"3\" opacity=\"0.4\"/>\n",
                    x, y(mark.low()), y(mark.high()), colour);
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n",
                points.toString().strip(), colour);
        add(
                "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n",
                left + MARGIN + 90 * row, HEIGHT - 16, colour, questions.name().toLowerCase(Locale.ROOT));
    }

    private double x(int left, int level) {
        return left + MARGIN + 30 + (PANEL - MARGIN - 80.0) * level / Math.max(1, levels.size() - 1);
    }

    private static double y(double share) {
        return BOTTOM - (BOTTOM - TOP) * share;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
