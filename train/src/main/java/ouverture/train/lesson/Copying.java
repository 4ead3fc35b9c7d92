package ouverture.train.lesson;

import java.text.Collator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Copying and rewriting: what extraction is built from. Words, names, made-up words, numbers, codes and dates
/// are repeated, turned round, sorted, put into capitals, joined or laid out as a table.
final class Copying implements Subject {
    private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// Repeating is what the others need and is asked for most.
    private static final List<String> KINDS = List.of(
            "repeat", "repeat", "repeat", "repeat", "reverse", "sort", "upper", "pick", "pick", "count", "table");

    /// Draws after which a list of names goes on with made-up words.
    private static final int TRIES = 60;

    private static final List<String> PLAIN_KINDS = List.of("repeat", "repeat", "repeat", "repeat", "reverse", "pick");

    /// Words are easier to copy than digits, as each is there once.
    private static final List<String> FIRST_ITEMS = List.of("word", "word", "word", "first", "last", "city");

    private static final List<String> ITEMS =
            List.of("word", "word", "first", "city", "made", "made", "number", "code", "mixed", "mixed");

    private final Phrasebook phrases = new Phrasebook("copying");
    private final Words words = new Words();

    private final boolean plain;

    /// @param plain whether nothing but repeating is asked for, or turning round, or one of the items: with
    ///     short lists of words the very first lessons
    Copying(boolean plain) {
        this.plain = plain;
    }

    @Override
    public String name() {
        return plain ? "repeating" : "copying";
    }

    @Override
    public Lesson lesson(Draw draw) {
        String kind = plain ? draw.pick(PLAIN_KINDS) : draw.pick(KINDS);
        int most = plain ? draw.bySize(8, 16, 24) : draw.bySize(5, 8, 14);
        List<String> items = items(draw, kind.equals("sort"), draw.number(2, kind.equals("pick") ? most : most - 1));
        return switch (kind) {
            case "reverse" -> listed(draw, kind, items, items.reversed());
            case "sort" ->
                listed(
                        draw,
                        kind,
                        items,
                        items.stream().sorted(alphabet(draw.language())).toList());
            case "upper" ->
                listed(
                        draw,
                        kind,
                        items,
                        items.stream()
                                .map(item -> item.toUpperCase(Locale.ROOT))
                                .toList());
            case "pick" -> pick(draw, items);
            case "count" -> count(draw, items);
            case "table" -> table(draw);
            default -> repeat(draw, items);
        };
    }

    private static Comparator<Object> alphabet(Language language) {
        return Collator.getInstance(Locale.of(language.code()));
    }

    private List<String> items(Draw draw, boolean alike, int count) {
        String kind = draw.pick(plain && draw.size() == Draw.Size.SHORT ? FIRST_ITEMS : ITEMS);
        List<String> items = new ArrayList<>();
        for (int tries = 0; items.size() < count; tries++) {
            boolean exhausted = tries > TRIES;
            boolean other = alike && (kind.equals("mixed") || kind.equals("number"));
            String item = item(draw, exhausted ? "made" : other ? "word" : kind);
            if (!items.contains(item)) {
                items.add(item);
            }
        }
        return items;
    }

    private String item(Draw draw, String kind) {
        return switch (kind) {
            case "word", "first", "city" -> words.pick(draw, kind);
            case "made" -> madeUp(draw);
            case "number" -> draw.language().number(draw.amount(0, 999));
            case "code" -> code(draw);
            case "date" -> Dates.slashes(Dates.draw(draw));
            case "last" -> words.pick(draw, "last");
            default -> item(draw, draw.pick("word", "first", "last", "made", "number", "code", "date"));
        };
    }

    private static String madeUp(Draw draw) {
        String word = Words.madeUp(draw, 1, 3);
        return draw.chance(0.3) ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) : word;
    }

    /// As orders and invoices have them: `KX-4071`; taught ones are of more kinds.
    static String code(Draw draw) {
        if (draw.isTaught() && draw.chance(0.4)) {
            String digits = String.valueOf(draw.number(1000, 999_999));
            int year = draw.number(2019, 2030);
            return switch (draw.number(0, 5)) {
                case 0 -> digits;
                case 1 -> draw.pick("F", "FA", "INV", "A", "N", "CMD", "REF", "PO") + draw.pick("-", "/", "") + digits;
                case 2 -> year + draw.pick("-", "/") + digits;
                case 3 -> draw.pick("F", "INV", "FAC") + "-" + year + "-" + draw.number(1, 999);
                case 4 -> digits + LETTERS.charAt(draw.number(0, LETTERS.length() - 1));
                default -> "#" + digits;
            };
        }
        StringBuilder code = new StringBuilder();
        for (int i = draw.number(1, 2); i >= 0; i--) {
            code.append(LETTERS.charAt(draw.number(0, LETTERS.length() - 1)));
        }
        code.append(draw.pick("-", "", "-"));
        for (int i = draw.number(2, 4); i >= 0; i--) {
            code.append(draw.number(0, 9));
        }
        return code.toString();
    }

    private Lesson repeat(Draw draw, List<String> items) {
        String text = String.join(draw.pick(" ", " ", ", "), items);
        return Lesson.exact(draw, Question.of(phrases.pick(draw, "repeat", "text", text)), text, text);
    }

    /// A list for a list.
    private Lesson listed(Draw draw, String kind, List<String> items, List<String> result) {
        String separator = draw.pick(" ", ", ");
        String text = String.join(separator, items);
        StringBuilder numbered = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            numbered.append(i == 0 ? "" : " ").append(i + 1).append(" ").append(items.get(i));
        }
        return Lesson.exact(
                draw,
                Question.of(phrases.pick(draw, kind, "text", text)),
                draw.thinksHard() ? numbered.toString() : text,
                String.join(separator, result));
    }

    /// The item of a place, or the one after another.
    private Lesson pick(Draw draw, List<String> items) {
        int place = draw.number(0, items.size() - 2);
        boolean after = draw.chance(0.6);
        String text = String.join(" ", items);
        String answer = items.get(after ? place + 1 : place);
        String question = after
                ? phrases.pick(draw, "after", "text", text, "item", items.get(place))
                : phrases.pick(draw, "place", "text", text, "place", place + 1);
        StringBuilder counted = new StringBuilder();
        for (int i = 0; i <= (after ? place + 1 : place); i++) {
            counted.append(i == 0 ? "" : " ").append(i + 1).append(" ").append(items.get(i));
        }
        String thought = after && !draw.thinksHard() ? items.get(place) + " " + answer : counted.toString();
        return Lesson.exact(draw, Question.of(question), thought, answer);
    }

    private Lesson count(Draw draw, List<String> items) {
        StringBuilder counted = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            counted.append(i == 0 ? "" : " ").append(i + 1).append(" ").append(items.get(i));
        }
        String question = phrases.pick(draw, "count", "text", String.join(" ", items));
        return Lesson.exact(draw, Question.of(question), counted.toString(), String.valueOf(items.size()));
    }

    /// Lines of name, city and number as comma-separated values.
    private Lesson table(Draw draw) {
        List<String> given = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (int i = draw.number(2, draw.bySize(2, 3, 5)); i > 0; i--) {
            List<String> row =
                    List.of(words.pick(draw, "first"), words.pick(draw, "city"), String.valueOf(draw.number(1, 999)));
            given.add(String.join(" | ", row));
            rows.add(String.join(",", row));
        }
        String answer = String.join("\n", rows);
        String question = phrases.pick(draw, "table", "text", String.join("\n", given));
        return Lesson.exact(draw, Question.of(question), draw.thinksHard() ? answer : "| -> ,", answer);
    }
}
