package ouverture.train.lesson;

import java.util.List;

/// Who the model is, what it can do, how Ouverture is used, greetings; and saying that it does not know.
final class Identity implements Subject {
    private final Phrasebook phrases = new Phrasebook("identity");
    private final Words words = new Words();

    @Override
    public String name() {
        return "identity";
    }

    @Override
    public Lesson lesson(Draw draw) {
        Language language = draw.language();
        if (draw.chance(0.3)) {
            String question = phrases.pick(
                    draw,
                    "unknown",
                    "city",
                    words.pick(draw, "city"),
                    "name",
                    words.pick(draw, "first") + " " + words.pick(draw, "last"),
                    "company",
                    words.pick(draw, "company"),
                    "year",
                    draw.number(1200, 2030));
            String thought = phrases.lines(language, "thought.unknown").getFirst();
            String answer = phrases.lines(language, "answer.unknown").getFirst();
            return Lesson.exact(draw, Question.of(question), thought, answer);
        }
        List<String> topics = phrases.sections(language, "ask.");
        String topic = draw.pick(topics);
        String answer = phrases.lines(language, "answer." + topic).getFirst();
        return Lesson.exact(draw, Question.of(phrases.ask(draw, "ask." + topic)), topic, answer);
    }
}
