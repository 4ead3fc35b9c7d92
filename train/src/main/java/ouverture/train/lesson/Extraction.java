package ouverture.train.lesson;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reading invoices, orders, appointments and messages into JSON: the keys asked for and no others, null for what
/// the text does not say, dates and times in ISO's form, numbers as numbers.
final class Extraction implements Subject {
    private final Phrasebook phrases = new Phrasebook("extraction");
    private final Words words = new Words();

    /// @param written as the text has it
    /// @param value as JSON has it: a text or a number
    private record Fact(String written, Object value) {
        /// As it is thought of, with what becomes of it.
        String read(Draw draw) {
            String becomes = value.toString();
            return draw.thinksHard() && !becomes.equals(written) ? written + " -> " + becomes : written;
        }
    }

    @Override
    public String name() {
        return "extraction";
    }

    @Override
    public Lesson lesson(Draw draw) {
        Language language = draw.language();
        String kind = draw.pick(phrases.sections(language, "keys."));
        String wording = phrases.pick(draw, "text." + kind);
        if (draw.chance(draw.bySize(0.0, 0.4, 1.0))) {
            String noise = phrases.pick(draw, "noise");
            wording = draw.chance(0.5) ? wording + " " + noise : noise + " " + wording;
        }
        Map<String, Fact> facts = new HashMap<>();
        List<String> slots = new ArrayList<>();
        // Each key is drawn, said or not, so that a wording has no part in the values.
        List<String> keys = phrases.lines(language, "keys." + kind);
        for (String key : keys) {
            String fact = fact(key);
            facts.put(fact, draw(fact, draw));
            slots.add(fact);
            slots.add(Objects.requireNonNull(facts.get(fact)).written);
        }
        int asked = Math.min(keys.size(), draw.number(2, draw.bySize(2, 4, 5)));
        ObjectNode json = JsonMapper.shared().createObjectNode();
        Working working = draw.working();
        StringJoiner names = new StringJoiner(", ");
        for (String key : draw.some(asked, keys)) {
            String fact = fact(key);
            String shown = key.substring(key.indexOf(':') + 1);
            names.add(shown);
            boolean said = wording.contains("{" + fact + "}");
            Fact found = Objects.requireNonNull(facts.get(fact));
            working.say(shown + (said ? "=" + found.read(draw) : ": " + language.missing()));
            put(json, shown, said ? found.value : "");
        }
        String text = Phrasebook.fill(draw.language(), wording, slots.toArray());
        String question = phrases.pick(draw, "request", "keys", names, "text", text);
        String answer = json.toString();
        return Lesson.of(draw, Question.of(question), working.text(), new Reply.Text(answer), Check.json(answer));
    }

    private static String fact(String key) {
        return key.substring(0, key.indexOf(':'));
    }

    private static void put(ObjectNode json, String key, Object value) {
        switch (value) {
            case BigDecimal number -> json.put(key, number);
            case String text when text.isEmpty() -> json.putNull(key);
            default -> json.put(key, value.toString());
        }
    }

    private Fact draw(String fact, Draw draw) {
        Language language = draw.language();
        return switch (fact) {
            case "date", "due" -> {
                LocalDate date = Dates.draw(draw);
                yield new Fact(
                        draw.pick(Dates.words(date, language), Dates.words(date, language), Dates.slashes(date)), date);
            }
            case "time" -> {
                LocalTime time = LocalTime.of(draw.number(7, 19), 5 * draw.number(0, 11));
                String french = time.getHour() + "h" + time.toString().substring(3);
                yield new Fact(
                        language == Language.FRENCH ? draw.pick(french, time.toString()) : time.toString(), time);
            }
            case "total", "price" -> {
                BigDecimal amount = draw.amount(5, draw.bySize(99, 3000, 20_000));
                String number = draw.chance(0.5) ? language.longNumber(amount) : language.number(amount);
                String mark = draw.pick("€", "€", "EUR");
                boolean before = language == Language.ENGLISH && mark.equals("€");
                yield new Fact(before ? mark + number : number + " " + mark, amount);
            }
            case "quantity" -> {
                BigDecimal count = BigDecimal.valueOf(draw.number(1, draw.bySize(9, 250, 5000)));
                yield new Fact(count.toString(), count);
            }
            case "number" -> same(Copying.code(draw));
            case "name" -> same(words.pick(draw, "first") + " " + words.pick(draw, "last"));
            case "email" -> same(Contacts.email(draw, words.pick(draw, "first"), words.pick(draw, "last")));
            case "phone" -> same(Contacts.phone(draw));
            default -> same(words.pick(draw, fact));
        };
    }

    private static Fact same(String text) {
        return new Fact(text, text);
    }
}
