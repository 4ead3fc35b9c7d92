package ouverture.train.recipe;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import ouverture.Reasoning;
import ouverture.train.Score;

/// The examination as tables in Markdown: one for each kind of questions, with a row for each subject, a column
/// for each level, and what much thinking adds to none.
public final class MarkPage {
    /// Subjects whose answers are numbers that must be worked out.
    static final Set<String> CALCULATION =
            Set.of("addition", "arithmetic", "percentages", "units", "problems", "invoices");

    private MarkPage() {}

    /// All tables.
    public static String of(List<Answers> answers) {
        StringBuilder page = new StringBuilder();
        for (Questions questions :
                answers.stream().map(Answers::questions).distinct().toList()) {
            page.append(page.isEmpty() ? "" : "\n").append(table(questions, answers));
        }
        return page.toString();
    }

    private static String table(Questions questions, List<Answers> all) {
        List<Answers> these =
                all.stream().filter(answers -> answers.questions() == questions).toList();
        List<String> subjects = these.stream().map(Answers::subject).distinct().toList();
        List<Reasoning.Level> levels =
                these.stream().map(Answers::level).distinct().toList();
        boolean differs = Difference.of(these).isPresent();
        StringJoiner head = new StringJoiner(" | ", "| ", " |\n");
        head.add(questions.name().toLowerCase(Locale.ROOT)).add("questions");
        levels.forEach(level -> head.add(level.text()));
        if (differs) {
            head.add("high − off");
        }
        StringBuilder table = new StringBuilder(head.toString());
        table.append("| --- | ---: |")
                .append(" ---: |".repeat(levels.size() + (differs ? 1 : 0)))
                .append('\n');
        for (String subject : subjects) {
            table.append(row(subject, levels, of(these, Set.of(subject))));
        }
        List<Answers> calculations = of(these, CALCULATION);
        if (subjects.size() > 1 && !calculations.isEmpty()) {
            table.append(row("**all that calculate**", levels, calculations));
        }
        if (subjects.size() > 1) {
            table.append(row("**all**", levels, these));
        }
        return table.toString();
    }

    private static List<Answers> of(List<Answers> all, Set<String> subjects) {
        return all.stream()
                .filter(answers -> subjects.contains(answers.subject()))
                .toList();
    }

    private static String row(String name, List<Reasoning.Level> levels, List<Answers> all) {
        StringJoiner row = new StringJoiner(" | ", "| ", " |\n");
        List<Mark> marks = levels.stream()
                .map(level -> together(
                        all.stream().filter(answers -> answers.level() == level).toList()))
                .toList();
        row.add(name).add(String.valueOf(marks.getFirst().of()));
        marks.forEach(mark -> row.add(mark.cell()));
        Difference.of(all).ifPresent(difference -> row.add(difference.cell()));
        return row.toString();
    }

    /// The mark of all questions of a level.
    ///
    /// @param answers of one kind and level, not empty
    static Mark together(List<Answers> answers) {
        Answers first = answers.getFirst();
        Score score = Mark.total(answers.stream().map(Answers::mark).toList());
        double tokens = answers.stream()
                        .mapToDouble(some -> some.tokens() * some.right().length())
                        .sum()
                / score.of();
        return Mark.of(first.questions(), "", first.level(), score, tokens);
    }
}
