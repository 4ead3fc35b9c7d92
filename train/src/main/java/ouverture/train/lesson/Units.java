package ouverture.train.lesson;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Metric units, times of day, speed, dates, days of the week.
final class Units implements Subject {
    private static final List<String> KINDS = List.of(
            "convert",
            "convert",
            "later",
            "duration",
            "distance",
            "speed",
            "between",
            "between",
            "add",
            "weekday",
            "weekday",
            "format");

    private final Phrasebook phrases = new Phrasebook("units");

    /// What one larger unit has of a smaller one.
    private record Pair(String large, String small, long factor) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair("km", "m", 1000),
            new Pair("m", "cm", 100),
            new Pair("cm", "mm", 10),
            new Pair("kg", "g", 1000),
            new Pair("t", "kg", 1000),
            new Pair("L", "mL", 1000),
            new Pair("L", "cL", 100),
            new Pair("h", "min", 60),
            new Pair("min", "s", 60),
            new Pair("Go", "Mo", 1000));

    @Override
    public String name() {
        return "units";
    }

    @Override
    public Lesson lesson(Draw draw) {
        String kind = draw.pick(KINDS);
        return switch (kind) {
            case "convert" -> convert(draw);
            case "later" -> later(draw);
            case "duration" -> duration(draw);
            case "distance", "speed" -> travel(draw, kind);
            case "between" -> between(draw);
            case "add" -> add(draw);
            case "weekday" -> weekday(draw);
            default -> format(draw);
        };
    }

    private static String unit(Draw draw, String unit) {
        boolean english = draw.language() == Language.ENGLISH;
        return english && unit.endsWith("o") ? unit.replace('o', 'B') : unit;
    }

    /// Both ways; into the larger unit only where nothing is left over, or by tens.
    private Lesson convert(Draw draw) {
        Pair pair = draw.pick(PAIRS);
        Language language = draw.language();
        Working working = draw.working();
        boolean tens = pair.factor != 60;
        boolean down = draw.chance(0.5);
        BigDecimal large = BigDecimal.valueOf(
                draw.number(1, draw.bySize(20, 900, 9000)),
                tens && draw.size() != Draw.Size.SHORT ? draw.number(0, 2) : 0);
        BigDecimal small = plain(large.multiply(BigDecimal.valueOf(pair.factor)));
        String from = unit(draw, down ? pair.large : pair.small);
        String to = unit(draw, down ? pair.small : pair.large);
        BigDecimal given = down ? large : small;
        BigDecimal result = down ? small : plain(large);
        if (tens) {
            int places = String.valueOf(pair.factor).length() - 1;
            working.say("1 " + unit(draw, pair.large) + "=" + pair.factor + " " + unit(draw, pair.small))
                    .shift(given, down ? places : -places);
        } else if (down) {
            working.multiply(given, pair.factor);
        } else {
            working.divide(given, pair.factor);
        }
        String question =
                phrases.pick(draw, "convert", "value", language.number(given) + " " + from, "unit", to, "from", from);
        return Lesson.exact(draw, Question.of(question), working.text(), language.number(result) + " " + to);
    }

    private static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /// A time of day some minutes later.
    private Lesson later(Draw draw) {
        LocalTime start = LocalTime.of(draw.number(6, 18), 5 * draw.number(0, 11));
        int minutes = 5 * draw.number(1, draw.bySize(9, 36, 60));
        LocalTime end = start.plusMinutes(minutes);
        int sum = start.getMinute() + minutes;
        Working working = draw.working();
        working.add(BigDecimal.valueOf(start.getMinute()), BigDecimal.valueOf(minutes));
        working.say(hours(sum)).say(start.getHour() + "+" + sum / 60 + "=" + (start.getHour() + sum / 60));
        String question = phrases.pick(draw, "later", "start", start, "minutes", minutes);
        return Lesson.exact(draw, Question.of(question), working.text(), end.toString());
    }

    /// Minutes as hours and minutes, an hour after the other: `125-60=65 65-60=5 =2 h 5`.
    private static String hours(int minutes) {
        StringBuilder hours = new StringBuilder();
        int left = minutes;
        for (; left >= 60; left -= 60) {
            hours.append(left).append("-60=").append(left - 60).append(' ');
        }
        return hours + "=" + minutes / 60 + " h " + left;
    }

    /// From hour to hour, then minutes.
    private Lesson duration(Draw draw) {
        LocalTime start = LocalTime.of(draw.number(6, 12), 5 * draw.number(0, 11));
        LocalTime end = start.plusMinutes(5L * draw.number(1, draw.bySize(11, 80, 130)));
        boolean borrows = end.getMinute() < start.getMinute();
        int hours = end.getHour() - start.getHour() - (borrows ? 1 : 0);
        int rest = end.getMinute() + (borrows ? 60 : 0) - start.getMinute();
        Working working = draw.working();
        if (borrows) {
            working.say(end.getMinute() + "<" + start.getMinute())
                    .say(end.getHour() + "-" + start.getHour() + "-1=" + hours)
                    .say(end.getMinute() + "+60-" + start.getMinute() + "=" + rest);
        } else {
            working.say(end.getHour() + "-" + start.getHour() + "=" + hours)
                    .say(end.getMinute() + "-" + start.getMinute() + "=" + rest);
        }
        BigDecimal minutes = BigDecimal.valueOf(60L * hours);
        working.say(hours + "*60=" + minutes);
        minutes = working.add(minutes, BigDecimal.valueOf(rest));
        String question = phrases.pick(draw, "duration", "start", start, "end", end);
        return Lesson.exact(draw, Question.of(question), working.text(), minutes + " min");
    }

    private Lesson travel(Draw draw, String kind) {
        BigDecimal speed = BigDecimal.valueOf(5L * draw.number(2, draw.bySize(6, 26, 60)));
        int hours = draw.number(2, draw.bySize(4, 9, 15));
        Working working = draw.working();
        if (kind.equals("distance")) {
            BigDecimal distance = working.multiply(speed, hours);
            String question = phrases.pick(draw, kind, "speed", speed, "hours", hours);
            return Lesson.exact(draw, Question.of(question), working.text(), distance + " km");
        }
        BigDecimal distance = speed.multiply(BigDecimal.valueOf(hours));
        working.divide(distance, hours);
        String question = phrases.pick(draw, kind, "distance", distance, "hours", hours);
        return Lesson.exact(draw, Question.of(question), working.text(), speed + " km/h");
    }

    /// Days between two dates: what is left of the first month, the months between, the days of the last one.
    private Lesson between(Draw draw) {
        LocalDate first = Dates.draw(draw);
        LocalDate last = first.plusDays(draw.number(2, draw.bySize(20, 90, 200)));
        Language language = draw.language();
        Working working = draw.working();
        if (first.getMonth() == last.getMonth() && first.getYear() == last.getYear()) {
            working.subtract(BigDecimal.valueOf(last.getDayOfMonth()), BigDecimal.valueOf(first.getDayOfMonth()));
        } else {
            int total = first.lengthOfMonth() - first.getDayOfMonth();
            working.say(Dates.month(first, language) + " " + first.lengthOfMonth());
            working.subtract(BigDecimal.valueOf(first.lengthOfMonth()), BigDecimal.valueOf(first.getDayOfMonth()));
            LocalDate month = first.withDayOfMonth(1).plusMonths(1);
            while (!month.isAfter(last)) {
                boolean isLast = month.getMonth() == last.getMonth();
                int days = isLast ? last.getDayOfMonth() : month.lengthOfMonth();
                working.say(Dates.month(month, language) + " " + days);
                working.add(BigDecimal.valueOf(total), BigDecimal.valueOf(days));
                total += days;
                month = month.plusMonths(1);
            }
        }
        String question = phrases.pick(
                draw, "between", "first", Dates.words(first, language), "last", Dates.words(last, language));
        return Lesson.exact(
                draw, Question.of(question), working.text(), String.valueOf(ChronoUnit.DAYS.between(first, last)));
    }

    /// The date some days later: months are taken off until the day is within one.
    private Lesson add(Draw draw) {
        LocalDate first = Dates.draw(draw);
        int days = draw.number(1, draw.bySize(15, 60, 120));
        Language language = draw.language();
        int day = first.getDayOfMonth() + days;
        Working working = draw.working();
        working.add(BigDecimal.valueOf(first.getDayOfMonth()), BigDecimal.valueOf(days));
        LocalDate month = first.withDayOfMonth(1);
        while (day > month.lengthOfMonth()) {
            working.say(Dates.month(month, language) + " " + month.lengthOfMonth());
            working.subtract(BigDecimal.valueOf(day), BigDecimal.valueOf(month.lengthOfMonth()));
            day -= month.lengthOfMonth();
            month = month.plusMonths(1);
        }
        working.say(Dates.month(month, language) + " " + day);
        String question = phrases.pick(draw, "add", "first", Dates.words(first, language), "days", days);
        return Lesson.exact(draw, Question.of(question), working.text(), Dates.words(first.plusDays(days), language));
    }

    /// The day of the week of another day of the same month.
    private Lesson weekday(Draw draw) {
        LocalDate month = Dates.draw(draw).withDayOfMonth(1);
        LocalDate first = month.withDayOfMonth(draw.number(1, 14));
        LocalDate last = first.plusDays(draw.number(1, draw.bySize(7, 14, 14)));
        Language language = draw.language();
        long days = ChronoUnit.DAYS.between(first, last);
        String known = Dates.weekday(first, language);
        Working working = draw.working();
        working.subtract(BigDecimal.valueOf(last.getDayOfMonth()), BigDecimal.valueOf(first.getDayOfMonth()));
        StringBuilder counted = new StringBuilder();
        long left = days;
        for (; left >= 7; left -= 7) {
            counted.append(left).append("-7=").append(left - 7).append(' ');
        }
        counted.append(known);
        for (int i = 1; i <= left; i++) {
            counted.append(" ").append(i).append(" ").append(Dates.weekday(first.plusDays(i), language));
        }
        working.say(counted.toString());
        String question = phrases.pick(
                draw,
                "weekday",
                "weekday",
                known,
                "first",
                Dates.day(first, language),
                "last",
                Dates.day(last, language),
                "month",
                Dates.month(first, language));
        return Lesson.exact(draw, Question.of(question), working.text(), Dates.weekday(last, language));
    }

    private Lesson format(Draw draw) {
        LocalDate date = Dates.draw(draw);
        Language language = draw.language();
        String given = draw.pick(Dates.words(date, language), Dates.slashes(date));
        boolean month = given.contains(" ");
        String thought = (month ? given + ": " + date.getMonthValue() : given) + " -> " + date;
        String question = phrases.pick(draw, "format", "date", given);
        return Lesson.exact(draw, Question.of(question), thought, date.toString());
    }
}
