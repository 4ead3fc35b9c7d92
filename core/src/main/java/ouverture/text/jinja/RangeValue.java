package ouverture.text.jinja;

import java.util.AbstractList;
import java.util.List;

/// The numbers from `start` up to but without `stop`.
///
/// @param step not 0
record RangeValue(long start, long stop, long step) {
    RangeValue {
        if (step == 0) {
            throw new Failure("range() cannot go in steps of zero");
        }
    }

    /// How many numbers there are; those beyond [Integer#MAX_VALUE] are not counted.
    int length() {
        long distance = step > 0 ? stop - start : start - stop;
        boolean overflow = step > 0 ? stop > start && distance < 0 : start > stop && distance < 0;
        if (overflow) {
            return Integer.MAX_VALUE;
        }
        long stride = step == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(step);
        return distance <= 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (distance - 1) / stride + 1);
    }

    /// The numbers as a list that takes no memory.
    List<Object> items() {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return start + index * step;
            }

            @Override
            public int size() {
                return length();
            }
        };
    }
}
