package ouverture.train.lesson;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/// What is put into a wording, as it is drawn.
final class Slots {
    private final List<Object> slots = new ArrayList<>();

    /// Adds a value.
    Slots put(String name, Object value) {
        slots.add(name);
        slots.add(value);
        return this;
    }

    /// Draws a whole number.
    BigDecimal number(String name, Draw draw, int first, int last) {
        BigDecimal number = BigDecimal.valueOf(draw.number(first, last));
        put(name, number);
        return number;
    }

    /// Draws a whole number to count with.
    long count(String name, Draw draw, int first, int last) {
        return number(name, draw, first, last).longValueExact();
    }

    /// Draws an amount.
    BigDecimal price(String name, Draw draw, int least, int most) {
        BigDecimal price = draw.amount(least, Math.max(least, most));
        put(name, draw.language().money(price));
        return price;
    }

    /// Names and values in turn.
    Object[] all() {
        return slots.toArray();
    }
}
