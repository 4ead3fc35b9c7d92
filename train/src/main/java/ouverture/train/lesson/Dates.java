package ouverture.train.lesson;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/// Dates as people write them.
final class Dates {
    private static final List<String> MONTHS_FRENCH = List.of(
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre");
    private static final List<String> MONTHS_ENGLISH = List.of(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December");
    private static final List<String> DAYS_FRENCH =
            List.of("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche");
    private static final List<String> DAYS_ENGLISH =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

    private Dates() {}

    /// A day from 2023 to 2029.
    static LocalDate draw(Draw draw) {
        return LocalDate.of(draw.number(2023, 2029), draw.number(1, 12), 1).plusDays(draw.number(0, 27));
    }

    static String month(LocalDate date, Language language) {
        return (language == Language.FRENCH ? MONTHS_FRENCH : MONTHS_ENGLISH).get(date.getMonthValue() - 1);
    }

    static String weekday(LocalDate date, Language language) {
        return (language == Language.FRENCH ? DAYS_FRENCH : DAYS_ENGLISH)
                .get(date.getDayOfWeek().getValue() - 1);
    }

    /// `12 mars 2026`, `12 March 2026`.
    static String words(LocalDate date, Language language) {
        return date.getDayOfMonth() + " " + month(date, language) + " " + date.getYear();
    }

    /// `12/03/2026`: the day first, in both languages.
    static String slashes(LocalDate date) {
        return String.format(Locale.ROOT, "%02d/%02d/%d", date.getDayOfMonth(), date.getMonthValue(), date.getYear());
    }
}
