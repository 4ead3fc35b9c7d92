package ouverture.constrain;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Goes through a constraint byte by byte, without a vocabulary.
final class Walk {
    private final Recogniser recogniser;

    private Walk(Recogniser recogniser) {
        this.recogniser = recogniser;
    }

    static Walk of(Constraint constraint) {
        Rules rules = new Rules();
        Expression.Rule root =
                rules.add("the answer", Grammar.expression(constraint, new JsonRules(rules, CharacterSet.NONE)));
        return new Walk(new Recogniser(NetworkBuilder.build(rules, root), 0));
    }

    static Walk regex(String expression) {
        return of(new Constraint.Regex(expression));
    }

    static Walk schema(String schema) {
        return of(new Constraint.JsonSchema(schema));
    }

    static Walk gbnf(String grammar) {
        return of(new Constraint.Gbnf(grammar));
    }

    private Place after(byte[] bytes) {
        Place place = recogniser.start();
        for (byte b : bytes) {
            recogniser.renew();
            place = recogniser.afterByte(place, b & 0xFF);
            if (place == Place.NOWHERE) {
                return place;
            }
        }
        return place;
    }

    boolean accepts(String text) {
        return after(text.getBytes(StandardCharsets.UTF_8)).isEnd();
    }

    /// Whether a text may be the beginning of an answer.
    boolean begins(String text) {
        return after(text.getBytes(StandardCharsets.UTF_8)) != Place.NOWHERE;
    }

    /// A random text that fits; empty if it has not come to an end after `most` bytes. It ends as soon as it may
    /// from half of them on.
    ///
    /// @throws AssertionError if it comes to a place from which nothing leads on
    Optional<String> sample(Random random, int most) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Place place = recogniser.start();
        while (text.size() < most) {
            recogniser.renew();
            if (place.isEnd() && (place.isLast() || text.size() > most / 2 || random.nextInt(4) == 0)) {
                return Optional.of(text.toString(StandardCharsets.UTF_8));
            }
            List<Integer> bytes = new ArrayList<>();
            for (int value = 0; value < 256; value++) {
                if (recogniser.afterByte(place, value) != Place.NOWHERE) {
                    bytes.add(value);
                }
            }
            if (bytes.isEmpty()) {
                throw new AssertionError("stuck after " + text.toString(StandardCharsets.UTF_8));
            }
            // Closing early keeps texts short.
            List<Integer> closing = bytes.stream()
                    .filter(value -> value == '"' || value == '}' || value == ']')
                    .toList();
            List<Integer> from = closing.isEmpty() || random.nextInt(3) > 0 && text.size() < most / 2 ? bytes : closing;
            int value = from.get(random.nextInt(from.size()));
            text.write(value);
            place = recogniser.afterByte(place, value);
        }
        return Optional.empty();
    }
}
