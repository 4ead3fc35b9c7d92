package ouverture.train.lesson;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/// Totals of invoices and orders of several lines, with and without tax.
final class Invoices implements Subject {
    private final Phrasebook phrases = new Phrasebook("invoices");
    private final Words words = new Words();

    @Override
    public String name() {
        return "invoices";
    }

    @Override
    public Lesson lesson(Draw draw) {
        int count = draw.bySize(2, draw.number(2, 3), 5);
        boolean taxed = draw.size() != Draw.Size.SHORT && draw.chance(0.5);
        int rate = draw.pick(20, 20, 10, 5);
        Language language = draw.language();
        String line = phrases.pick(draw, "line");
        String wording = phrases.ask(draw, taxed ? "gross" : "total");
        Working working = draw.working();
        List<String> lines = new ArrayList<>();
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < count; i++) {
            int quantity = draw.number(2, draw.bySize(5, 12, 30));
            BigDecimal price = draw.amount(1, draw.bySize(20, 90, 400));
            lines.add(Phrasebook.fill(
                    draw.language(),
                    line,
                    "count",
                    quantity,
                    "things",
                    words.pick(draw, "things"),
                    "price",
                    language.money(price)));
            BigDecimal cost = working.multiply(price, quantity);
            sum = i == 0 ? cost : working.add(sum, cost);
        }
        BigDecimal net = sum;
        BigDecimal result = taxed ? withTax(working, net, rate) : net;
        String separator = draw.pick("\n", "\n", " ; ");
        return Lesson.exact(
                draw,
                Question.of(Phrasebook.fill(
                        draw.language(), wording, "rate", rate, "lines", String.join(separator, lines))),
                working.text(net, taxed ? "; " + rate + " %" : ""),
                language.money(result));
    }

    private static BigDecimal withTax(Working working, BigDecimal net, int rate) {
        BigDecimal share = BigDecimal.valueOf(rate, 2).stripTrailingZeros();
        return working.add(net, working.round(working.multiply(net, share), 2).setScale(2));
    }
}
