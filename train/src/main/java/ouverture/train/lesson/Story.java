package ouverture.train.lesson;

import java.math.BigDecimal;
import java.util.List;

/// A kind of word problem: what is drawn for it, and the steps to its answer.
enum Story {
    /// What comes back when `n` things are paid with a note.
    CHANGE(2, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long count = slots.count("n", draw, 2, draw.bySize(4, 12, 30));
            BigDecimal cost = work.multiply(slots.price("price", draw, 1, draw.bySize(5, 12, 40)), count);
            BigDecimal note = BigDecimal.valueOf((cost.intValue() / 10 + 1 + draw.number(0, 3)) * 10L);
            slots.put("paid", note);
            return work.subtract(note, cost);
        }
    },
    /// Full boxes, of which some pieces are sold.
    STOCK(2, Unit.NONE) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long boxes = slots.count("n", draw, 2, draw.bySize(9, 30, 90));
            BigDecimal pieces = work.multiply(slots.number("size", draw, 4, draw.bySize(10, 24, 60)), boxes);
            return work.subtract(pieces, slots.number("sold", draw, 1, pieces.intValueExact() - 1));
        }
    },
    /// Two kinds of things on one bill.
    BASKET(3, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long first = slots.count("n", draw, 2, draw.bySize(5, 9, 30));
            BigDecimal one = work.multiply(slots.price("price", draw, 1, draw.bySize(9, 30, 90)), first);
            long second = slots.count("m", draw, 2, draw.bySize(5, 9, 30));
            BigDecimal two = work.multiply(slots.price("other", draw, 1, draw.bySize(9, 30, 90)), second);
            return work.add(one, two);
        }
    },
    /// Something gained, something given away.
    BALANCE(2, Unit.NONE) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            BigDecimal start = slots.number("start", draw, 5, draw.bySize(60, 900, 9000));
            BigDecimal more = work.add(start, slots.number("more", draw, 2, draw.bySize(30, 500, 5000)));
            return work.subtract(more, slots.number("less", draw, 1, more.intValueExact() - 1));
        }
    },
    /// A bill that is shared.
    SHARE(2, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long people = slots.count("n", draw, 2, draw.bySize(5, 9, 12));
            BigDecimal each = draw.amount(2, draw.bySize(15, 60, 300));
            BigDecimal tip = BigDecimal.valueOf(draw.number(1, 3)).setScale(2);
            BigDecimal bill = each.multiply(BigDecimal.valueOf(people)).subtract(tip);
            slots.put("tip", draw.language().money(tip));
            slots.put("bill", draw.language().money(bill));
            return work.divide(work.add(bill, tip), people);
        }
    },
    /// Hours at a rate, less what is kept back.
    WAGE(2, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long hours = slots.count("n", draw, 3, draw.bySize(8, 39, 160));
            BigDecimal earned = work.multiply(slots.price("price", draw, 11, draw.bySize(20, 60, 95)), hours);
            return work.subtract(earned, slots.price("less", draw, 5, 30));
        }
    },
    /// Days of several trips each.
    TRIPS(2, Unit.NONE) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            BigDecimal trips = work.multiply(
                    slots.number("n", draw, 2, draw.bySize(5, 9, 20)),
                    slots.count("m", draw, 2, draw.bySize(5, 12, 25)));
            return work.multiply(slots.number("size", draw, 3, draw.bySize(9, 40, 95)), trips.longValueExact());
        }
    },
    /// Months of rent and a sum once.
    RENT(2, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long months = slots.count("n", draw, 2, draw.bySize(6, 24, 48));
            BigDecimal rent = work.multiply(slots.price("price", draw, 20, draw.bySize(60, 900, 2500)), months);
            return work.add(rent, slots.price("once", draw, 20, draw.bySize(90, 900, 2500)));
        }
    },
    /// Seats, months, a price.
    SEATS(2, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long seats = slots.count("n", draw, 2, draw.bySize(6, 25, 80));
            BigDecimal month = work.multiply(slots.price("price", draw, 4, draw.bySize(12, 49, 99)), seats);
            return work.multiply(month, slots.count("m", draw, 2, draw.bySize(4, 12, 36)));
        }
    },
    /// Deliveries of boxes to a stock, from which things are sold and thrown away.
    WAREHOUSE(4, Unit.NONE) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            BigDecimal start = slots.number("start", draw, 10, draw.bySize(90, 900, 9000));
            long boxes = slots.count("n", draw, 2, draw.bySize(5, 20, 60));
            BigDecimal delivered = work.multiply(slots.number("size", draw, 4, draw.bySize(10, 30, 75)), boxes);
            BigDecimal full = work.add(start, delivered);
            BigDecimal left = work.subtract(full, slots.number("sold", draw, 2, full.intValueExact() / 2));
            return work.subtract(left, slots.number("less", draw, 1, left.intValueExact() / 2 + 1));
        }
    },
    /// Savings over weeks towards a goal.
    SAVINGS(2, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long weeks = slots.count("n", draw, 3, draw.bySize(6, 40, 90));
            BigDecimal saved = work.multiply(slots.price("price", draw, 3, draw.bySize(15, 80, 200)), weeks);
            BigDecimal goal = BigDecimal.valueOf((saved.intValue() / 50 + 1 + draw.number(0, 6)) * 50L);
            slots.put("goal", draw.language().money(goal));
            return work.subtract(goal.setScale(2), saved);
        }
    },
    /// Boxes needed for a number of pieces.
    PACKING(2, Unit.NONE) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long size = slots.count("size", draw, 3, draw.bySize(6, 12, 25));
            long pieces = slots.count("n", draw, 10, draw.bySize(60, 600, 6000));
            long full = work.divideWithRest(pieces, size);
            BigDecimal boxes = BigDecimal.valueOf(full);
            return pieces % size == 0 ? boxes : work.add(boxes, BigDecimal.ONE);
        }
    },
    /// A batch with a share that is faulty in each box.
    FAULTS(2, Unit.NONE) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long boxes = slots.count("n", draw, 3, draw.bySize(9, 40, 90));
            BigDecimal size = slots.number("size", draw, 8, draw.bySize(12, 48, 96));
            BigDecimal bad = slots.number("less", draw, 1, 5);
            return work.multiply(work.subtract(size, bad), boxes);
        }
    },
    /// Income of a day after fixed costs.
    TAKINGS(3, Unit.MONEY) {
        @Override
        BigDecimal solve(Draw draw, Working work, Slots slots) {
            long first = slots.count("n", draw, 3, draw.bySize(9, 60, 180));
            BigDecimal one = work.multiply(slots.price("price", draw, 3, draw.bySize(9, 25, 60)), first);
            BigDecimal other = slots.price("other", draw, 10, draw.bySize(60, 400, 2500));
            BigDecimal all = work.add(one, other);
            return work.subtract(all, slots.price("less", draw, 1, all.intValue() - 1));
        }
    };

    private final int steps;
    private final Unit unit;

    /// What the answer is counted in.
    enum Unit {
        NONE,
        MONEY
    }

    Story(int steps, Unit unit) {
        this.steps = steps;
        this.unit = unit;
    }

    /// Draws the numbers, puts them into the slots, and works the answer out.
    abstract BigDecimal solve(Draw draw, Working work, Slots slots);

    /// The stories of a size: the first lessons have one or two steps.
    static List<Story> of(Draw.Size size) {
        return List.of(values()).stream()
                .filter(story -> size != Draw.Size.SHORT || story.steps <= 2)
                .toList();
    }

    Unit unit() {
        return unit;
    }
}
