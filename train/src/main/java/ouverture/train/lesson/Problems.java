package ouverture.train.lesson;

import java.math.BigDecimal;
import java.util.Locale;

/// Word problems of one to four steps.
final class Problems implements Subject {
    private final Phrasebook phrases = new Phrasebook("problems");
    private final Words words = new Words();

    @Override
    public String name() {
        return "problems";
    }

    @Override
    public Lesson lesson(Draw draw) {
        Story story = draw.pick(Story.of(draw.size()));
        String wording = phrases.ask(draw, story.name().toLowerCase(Locale.ROOT));
        Slots slots = new Slots()
                .put("name", words.pick(draw, "first"))
                .put("friend", words.pick(draw, "first"))
                .put("company", words.pick(draw, "company"))
                .put("things", words.pick(draw, "things"))
                .put("goods", words.pick(draw, "things"));
        Working working = draw.working();
        BigDecimal result = story.solve(draw, working, slots);
        Language language = draw.language();
        String answer = switch (story.unit()) {
            case NONE -> language.number(result);
            case MONEY -> language.money(result);
        };
        return Lesson.exact(
                draw,
                Question.of(Phrasebook.fill(draw.language(), wording, slots.all())),
                working.text(result, ""),
                answer);
    }
}
