package ouverture.train.lesson;

import java.util.List;
import java.util.Locale;

/// Finding the label of a message among those that are given: its intent, sentiment, urgency, language, or the
/// department that it is for.
final class Classification implements Subject {
    private static final List<String> KINDS =
            List.of("intent", "intent", "intent", "sentiment", "sentiment", "urgency", "language", "department");

    private final Phrasebook phrases = new Phrasebook("classification");
    private final Words words = new Words();

    @Override
    public String name() {
        return "classification";
    }

    @Override
    public Lesson lesson(Draw draw) {
        String kind = draw.pick(KINDS);
        List<String> all = phrases.sections(draw.language(), kind + ".");
        int most = Math.min(all.size(), draw.bySize(3, 6, 10));
        List<String> labels = draw.some(draw.number(Math.min(2, most), most), all);
        String label = draw.pick(labels);
        String wording = phrases.pick(draw, kind + "." + label);
        String message = sentence(
                draw,
                wording,
                "product",
                words.pick(draw, "product"),
                "number",
                Copying.code(draw),
                "date",
                Dates.words(Dates.draw(draw), draw.language()),
                "name",
                words.pick(draw, "first"),
                "city",
                words.pick(draw, "city"));
        String list = String.join(", ", labels);
        String thought = draw.thinksHard()
                ? phrases.lines(draw.language(), "thought").getFirst().replace("{kind}", kindName(draw, kind)) + " "
                        + label
                : label;
        if (draw.chance(0.3)) {
            String instructions = phrases.pick(draw, "instructions." + kind, "labels", list);
            return Lesson.exact(draw, Question.of(instructions, message), thought, label);
        }
        String question = phrases.pick(draw, "request." + kind, "labels", list, "text", message);
        return Lesson.exact(draw, Question.of(question), thought, label);
    }

    /// A wording that begins with a capital, whatever is put in at its start.
    private static String sentence(Draw draw, String wording, Object... slots) {
        String text = Phrasebook.fill(draw.language(), wording, slots);
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private String kindName(Draw draw, String kind) {
        return phrases.lines(draw.language(), "name." + kind).getFirst();
    }
}
