package ouverture.train.lesson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.Reasoning.Level;
import ouverture.error.RequestException;
import ouverture.train.lesson.Draw.Setting;
import ouverture.train.lesson.Draw.Size;
import ouverture.train.lesson.Draw.Wording;

class SubjectsTest {
    private static final Subjects SUBJECTS = new Subjects();
    private static final Setting USUAL = new Setting(Wording.TAUGHT, Size.USUAL, true);
    private static final int LESSONS = 300;

    static Stream<Subject> subjects() {
        return SUBJECTS.names().stream().map(SUBJECTS::named);
    }

    private static Lesson lesson(Subject subject, long number, Setting setting, Level level) {
        return subject.lesson(new Draw(number, setting, level));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void everythingFollowsFromTheNumber(Subject subject) {
        for (long number = 0; number < LESSONS; number++) {
            Lesson lesson = lesson(subject, number, USUAL, Level.HIGH);
            Lesson again = lesson(subject, number, USUAL, Level.HIGH);
            assertThat(again.question()).isEqualTo(lesson.question());
            assertThat(again.thought()).isEqualTo(lesson.thought());
            assertThat(again.reply()).isEqualTo(lesson.reply());
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void levelsAskTheSameAndThinkMore(Subject subject) {
        long low = 0;
        long high = 0;
        for (long number = 0; number < LESSONS; number++) {
            Lesson off = lesson(subject, number, USUAL, Level.OFF);
            for (Level level : List.of(Level.LOW, Level.MEDIUM, Level.HIGH)) {
                Lesson lesson = lesson(subject, number, USUAL, level);
                assertThat(lesson.question()).isEqualTo(off.question());
                assertThat(lesson.reply()).isEqualTo(off.reply());
                assertThat(lesson.thought()).isNotBlank();
            }
            assertThat(off.thought()).isEmpty();
            low += lesson(subject, number, USUAL, Level.LOW).thought().length();
            high += lesson(subject, number, USUAL, Level.HIGH).thought().length();
        }
        assertThat(high).isGreaterThanOrEqualTo(low);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void allSizesAndWordingsAreInBothLanguages(Subject subject) {
        for (Wording wording : Wording.values()) {
            for (Size size : Size.values()) {
                Set<Language> languages = EnumSet.noneOf(Language.class);
                for (long number = 0; number < LESSONS; number++) {
                    Lesson lesson = lesson(subject, number, new Setting(wording, size, true), Level.HIGH);
                    languages.add(lesson.language());
                    assertThat(lesson.text()).doesNotContain("<|");
                    assertThat(lesson.question().text()).isNotBlank();
                }
                assertThat(languages).hasSize(2);
            }
        }
    }

    /// The right answer is right; that of another question, or one with a change, is wrong.
    @ParameterizedTest
    @MethodSource("subjects")
    void checksTellRightFromWrong(Subject subject) {
        int refused = 0;
        for (long number = 0; number < LESSONS; number++) {
            Lesson lesson = lesson(subject, number, USUAL, Level.OFF);
            Lesson other = lesson(subject, number + LESSONS, USUAL, Level.OFF);
            assertThat(lesson.check().accepts(lesson.reply())).isTrue();
            assertThat(lesson.check().accepts(new Reply.Text(""))).isFalse();
            refused += lesson.check().accepts(other.reply()) ? 0 : 1;
            if (lesson.reply() instanceof Reply.Call(String tool, String arguments)) {
                assertThat(lesson.check().accepts(new Reply.Text(arguments))).isFalse();
                assertThat(lesson.check().accepts(new Reply.Call(tool + "s", arguments)))
                        .isFalse();
                assertThat(lesson.check().accepts(new Reply.Call(tool, "{\"a\": 1}")))
                        .isFalse();
                assertThat(lesson.check().accepts(new Reply.Call(tool, "no JSON")))
                        .isFalse();
            }
        }
        assertThat(refused).isGreaterThan(LESSONS / 5);
    }

    @Test
    void jsonMayBeWrittenDifferently() {
        Check check = Check.json("{\"total\":12.50,\"date\":null}");
        assertThat(check.accepts(new Reply.Text(" {\"date\": null, \"total\": 12.5}\n")))
                .isTrue();
        assertThat(check.accepts(new Reply.Text("{\"date\": null, \"total\": 12.51}")))
                .isFalse();
        assertThat(check.accepts(new Reply.Text("{\"total\": 12.5}"))).isFalse();
        assertThat(check.accepts(new Reply.Text("{\"date\": null, \"total\": 12.5} or so")))
                .isFalse();
    }

    /// Answers of formulas against an independent calculation.
    @Test
    void arithmeticIsRight() {
        Pattern formula = Pattern.compile("(\\d+(?:[.,]\\d+)?) ?([-+*×x]) ?(\\d+(?:[.,]\\d+)?)(?: ?=.*| ?\\??\\.?)?");
        int checked = 0;
        for (long number = 0; number < 3000; number++) {
            Lesson lesson = lesson(SUBJECTS.named("arithmetic"), number, USUAL, Level.OFF);
            Matcher found =
                    formula.matcher(lesson.question().messages().getFirst().content());
            if (found.matches()) {
                BigDecimal a = new BigDecimal(found.group(1).replace(',', '.'));
                BigDecimal b = new BigDecimal(found.group(3).replace(',', '.'));
                BigDecimal result = switch (found.group(2)) {
                    case "+" -> a.add(b);
                    case "-" -> a.subtract(b);
                    default -> a.multiply(b);
                };
                Reply.Text reply = (Reply.Text) lesson.reply();
                assertThat(new BigDecimal(reply.text().replace(',', '.'))).isEqualByComparingTo(result);
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(100);
    }

    @Test
    void oneLineInFiveIsReserved() {
        List<String> lines = IntStream.range(0, 12).mapToObj(String::valueOf).toList();
        Set<String> taught = new HashSet<>();
        Set<String> reserved = new HashSet<>();
        for (long number = 0; number < 500; number++) {
            taught.add(new Draw(number, USUAL, Level.OFF).line(lines));
            reserved.add(new Draw(number, new Setting(Wording.RESERVED, Size.USUAL, false), Level.OFF).line(lines));
        }
        assertThat(reserved).containsExactlyInAnyOrder("4", "9");
        List<String> others = new ArrayList<>(lines);
        others.removeAll(reserved);
        assertThat(taught).containsExactlyInAnyOrderElementsOf(others);
    }

    @Test
    void bothLanguagesHaveTheSameSections() {
        for (String name : List.of(
                "arithmetic",
                "percentages",
                "units",
                "problems",
                "invoices",
                "copying",
                "extraction",
                "tools",
                "personal",
                "words")) {
            Phrasebook phrases = new Phrasebook(name);
            assertThat(phrases.sections(Language.FRENCH, ""))
                    .as(name)
                    .containsExactlyElementsOf(phrases.sections(Language.ENGLISH, ""));
        }
    }

    @Test
    void aSubjectThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> SUBJECTS.named("chess"))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("no subject named \"chess\"")
                .hasMessageContaining("addition, ");
    }
}
