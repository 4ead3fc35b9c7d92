package ouverture.train.recipe;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import ouverture.Reasoning;
import ouverture.train.Score;

/// How well a model answers the questions of a subject.
///
/// @param right answers
/// @param of questions
/// @param share of right answers
/// @param low lower end of its 95 % interval (Wilson)
/// @param high upper end
/// @param tokens mean number of tokens of an answer, thoughts included
public record Mark(
        Questions questions,
        String subject,
        Reasoning.Level level,
        int right,
        int of,
        double share,
        double low,
        double high,
        double tokens) {
    static Mark of(Questions questions, String subject, Reasoning.Level level, Score score, double tokens) {
        return new Mark(
                questions, subject, level, score.right(), score.of(), score.share(), score.low(), score.high(), tokens);
    }

    /// All right answers among all questions.
    public static Score total(List<Mark> marks) {
        return new Score(
                marks.stream().mapToInt(Mark::right).sum(),
                Math.max(1, marks.stream().mapToInt(Mark::of).sum()));
    }

    /// Tables in Markdown: one for each kind of questions, with a row for each subject and a column for each level.
    public static String tables(List<Mark> marks) {
        StringBuilder page = new StringBuilder();
        for (Questions questions :
                marks.stream().map(Mark::questions).distinct().toList()) {
            List<Mark> these =
                    marks.stream().filter(mark -> mark.questions == questions).toList();
            List<Reasoning.Level> levels =
                    these.stream().map(Mark::level).distinct().toList();
            StringJoiner head = new StringJoiner(" | ", "| ", " |\n");
            head.add(questions.name().toLowerCase(Locale.ROOT)).add("questions");
            levels.forEach(level -> head.add(level.text()));
            page.append(page.isEmpty() ? "" : "\n").append(head);
            page.append("| --- | ---: |")
                    .append(" ---: |".repeat(levels.size()))
                    .append('\n');
            for (String subject : these.stream().map(Mark::subject).distinct().toList()) {
                page.append(row(
                        subject,
                        these.stream()
                                .filter(mark -> mark.subject.equals(subject))
                                .toList()));
            }
        }
        return page.toString();
    }

    private static String row(String subject, List<Mark> marks) {
        StringJoiner row = new StringJoiner(" | ", "| ", " |\n");
        row.add(subject).add(String.valueOf(marks.getFirst().of));
        marks.forEach(mark -> row.add(mark.cell()));
        return row.toString();
    }

    /// `93.5 % (89.2 to 96.2), 54 tokens`.
    private String cell() {
        return String.format(
                Locale.ROOT, "%.1f %% (%.1f to %.1f), %.0f tokens", 100 * share, 100 * low, 100 * high, tokens);
    }
}
