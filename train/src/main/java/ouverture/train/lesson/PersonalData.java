package ouverture.train.lesson;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.databind.json.JsonMapper;

/// Finding personal data in a text, or putting placeholders in its place.
final class PersonalData implements Subject {
    private static final List<String> KINDS = List.of("name", "email", "phone", "account", "address");

    private final Phrasebook phrases = new Phrasebook("personal");
    private final Words words = new Words();

    @Override
    public String name() {
        return "personal";
    }

    @Override
    public Lesson lesson(Draw draw) {
        Language language = draw.language();
        List<String> sentences = new ArrayList<>();
        for (int i = draw.bySize(1, draw.number(1, 2), 3); i > 0; i--) {
            sentences.add(phrases.pick(draw, "text"));
        }
        String first = words.pick(draw, "first");
        String last = words.pick(draw, "last");
        Map<String, String> values = new LinkedHashMap<>();
        values.put("name", first + " " + last);
        values.put("email", Contacts.email(draw, first, last));
        values.put("phone", Contacts.phone(draw));
        values.put("account", Contacts.account(draw));
        values.put("address", draw.number(1, 120) + " " + words.pick(draw, "street") + ", " + words.pick(draw, "city"));
        String wording = String.join(" ", sentences.stream().distinct().toList());
        Slots given = new Slots();
        Slots hidden = new Slots();
        StringJoiner thought = new StringJoiner("; ").setEmptyValue(language.missing());
        List<String> found = new ArrayList<>();
        for (String kind : KINDS) {
            String placeholder = phrases.lines(language, "placeholder." + kind).getFirst();
            String value = values.getOrDefault(kind, "");
            given.put(kind, value);
            hidden.put(kind, "[" + placeholder + "]");
            if (wording.contains("{" + kind + "}")) {
                thought.add(placeholder + "=" + value);
                found.add(value);
            }
        }
        String text = Phrasebook.fill(draw.language(), wording, given.all());
        if (draw.chance(0.6)) {
            String question = phrases.pick(draw, "redact", "text", text);
            return Lesson.exact(
                    draw,
                    Question.of(question),
                    thought.toString(),
                    Phrasebook.fill(draw.language(), wording, hidden.all()));
        }
        String answer = JsonMapper.shared().valueToTree(found).toString();
        String question = phrases.pick(draw, "list", "text", text);
        return Lesson.of(draw, Question.of(question), thought.toString(), new Reply.Text(answer), Check.json(answer));
    }
}
