package ouverture.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Reasoning.Level;

class MarkPageTest {
    private static Answers answers(String subject, Level level, int right, int of, double tokens) {
        return new Answers(Questions.NUMBERS, subject, level, "1".repeat(right) + "0".repeat(of - right), tokens);
    }

    @Test
    void marksAreATable() {
        List<Answers> answers =
                List.of(answers("addition", Level.OFF, 10, 100, 3), answers("addition", Level.HIGH, 95, 100, 40.4));

        assertThat(MarkPage.of(answers)).isEqualTo("""
                        | numbers | questions | off | high | high − off |
                        | --- | ---: | ---: | ---: | ---: |
                        | addition | 100 | 10.0 % (5.5 to 17.4), 3 tokens | 95.0 % (88.8 to 97.8), 40 tokens |\
                         +85.0 (p 5e-26) |
                        """);
    }

    @Test
    void subjectsAreBroughtTogether() {
        List<Answers> answers = List.of(
                answers("arithmetic", Level.AUTO, 30, 100, 10),
                answers("units", Level.AUTO, 50, 100, 20),
                answers("tools", Level.AUTO, 40, 200, 30));

        assertThat(MarkPage.of(answers).lines().skip(5))
                .containsExactly(
                        "| **all that calculate** | 200 | 40.0 % (33.5 to 46.9), 15 tokens |",
                        "| **all** | 400 | 30.0 % (25.7 to 34.7), 23 tokens |");
    }

    /// Figures of R's mcnemar.exact (package exact2x2) and of the binomial distribution.
    @Test
    void differencesAreTestedInPairs() {
        assertThat(new Difference(8, 2, 100).probability().doubleValue()).isCloseTo(0.109375, within(1e-12));
        assertThat(new Difference(2, 8, 100).probability().doubleValue()).isCloseTo(0.109375, within(1e-12));
        assertThat(new Difference(3, 3, 100).probability().doubleValue()).isEqualTo(1);
        assertThat(new Difference(0, 0, 100).probability().doubleValue()).isEqualTo(1);
        assertThat(new Difference(10, 0, 10).probability().doubleValue()).isCloseTo(Math.pow(2, -9), within(1e-12));
        assertThat(new Difference(1900, 12, 2400).cell()).isEqualTo("+78.7 (p 3e-545)");
        assertThat(new Difference(2, 8, 100).cell()).isEqualTo("-6.0 (p 0.109)");
    }

    @Test
    void thePictureHasAPanelForWhatCalculates() {
        String svg = LevelPlot.svg(List.of(
                answers("addition", Level.OFF, 0, 100, 3),
                answers("addition", Level.HIGH, 100, 100, 40),
                answers("tools", Level.OFF, 50, 100, 3),
                answers("tools", Level.HIGH, 50, 100, 40)));

        assertThat(svg).startsWith("<svg").endsWith("</svg>\n").contains(">off<", ">high<", ">numbers<");
        assertThat(svg.lines().filter(line -> line.startsWith("<polyline"))).hasSize(2);
        assertThat(svg).contains("points=\"76.0,300.0 330.0,40.0\"", "points=\"456.0,170.0 710.0,170.0\"");
    }

    @Test
    void whatWasAnsweredIsNotAskedAgain(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("answers.jsonl");
        AnswerLog.Subject subject = new AnswerLog.Subject("m", "aa", "bb", 100);
        Answers known = answers("tools", Level.HIGH, 50, 100, 40);
        new AnswerLog(file, subject).add(known);
        Files.writeString(file, Files.readString(file) + "{\"questions\": \"NUM");

        assertThat(new AnswerLog(file, subject).find(Questions.NUMBERS, "tools", Level.HIGH))
                .contains(known);
        assertThat(new AnswerLog(file, subject).find(Questions.LENGTHS, "tools", Level.HIGH))
                .isEmpty();
        assertThat(new AnswerLog(file, new AnswerLog.Subject("m", "other", "bb", 100))
                        .find(Questions.NUMBERS, "tools", Level.HIGH))
                .isEmpty();
    }
}
