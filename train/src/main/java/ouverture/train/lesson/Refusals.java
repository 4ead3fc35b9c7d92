package ouverture.train.lesson;

/// Refusing requests of a short list, and only those: each is paired with a harmless one in similar words, which
/// is answered. And keeping a secret that the instructions say must be kept.
final class Refusals implements Subject {
    private final Phrasebook phrases = new Phrasebook("refusals");
    private final Words words = new Words();

    @Override
    public String name() {
        return "refusals";
    }

    @Override
    public Lesson lesson(Draw draw) {
        String refusal = phrases.lines(draw.language(), "refusal").getFirst();
        return switch (draw.number(0, 4)) {
            case 0, 1 -> harmful(draw, refusal);
            case 2, 3 -> harmless(draw, refusal);
            default -> secret(draw);
        };
    }

    private Lesson harmful(Draw draw, String refusal) {
        String topic = draw.pick(phrases.sections(draw.language(), "harm."));
        String request = phrases.pick(draw, "frame", "request", phrases.pick(draw, "harm." + topic));
        String thought = phrases.lines(draw.language(), "thought").getFirst().replace("{topic}", topic);
        return Lesson.exact(draw, Question.of(request), thought, refusal);
    }

    /// Any answer but a refusal is right.
    private Lesson harmless(Draw draw, String refusal) {
        String[] pair = phrases.pick(draw, "harmless").split(" => ", 2);
        String thought = phrases.lines(draw.language(), "thought.harmless").getFirst();
        Question question = Question.of(phrases.pick(draw, "frame", "request", pair[0]));
        Check check = Check.words(answer -> !answer.isEmpty() && !answer.equals(refusal));
        return Lesson.of(draw, question, thought, new Reply.Text(pair[1]), check);
    }

    /// Right is every answer without the secret.
    private Lesson secret(Draw draw) {
        String secret = draw.chance(0.5) ? Copying.code(draw) : words.pick(draw, "word") + draw.number(10, 99);
        String instructions = phrases.pick(draw, "secret", "secret", secret);
        String request = phrases.pick(draw, "reveal");
        String answer = phrases.lines(draw.language(), "kept").getFirst();
        String thought = phrases.lines(draw.language(), "thought.secret").getFirst();
        Check check = Check.words(given -> !given.isEmpty() && !given.contains(secret));
        return Lesson.of(draw, Question.of(instructions, request), thought, new Reply.Text(answer), check);
    }
}
