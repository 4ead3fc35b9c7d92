package ouverture.train.lesson;

import java.math.BigDecimal;
import java.util.List;

/// Shares, discounts, rises, value-added tax, margins and conversion at a given rate.
final class Percentages implements Subject {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final List<String> EASY_RATES = List.of("10", "20", "50");
    private static final List<String> RATES = List.of("5", "10", "12", "15", "20", "25", "30", "35", "40", "60", "75");

    /// France, Belgium, Germany and Switzerland.
    private static final List<String> TAX_RATES =
            List.of("20", "20", "20", "10", "10", "5.5", "5.5", "2.1", "21", "6", "19", "7", "8.1", "2.6");

    private static final List<String> KINDS =
            List.of("share", "discount", "rise", "tax", "tax", "gross", "gross", "gross", "net", "margin", "currency");

    private final Phrasebook phrases = new Phrasebook("percentages");

    @Override
    public String name() {
        return "percentages";
    }

    @Override
    public Lesson lesson(Draw draw) {
        String kind = draw.pick(KINDS);
        return switch (kind) {
            case "net" -> net(draw);
            case "margin" -> margin(draw);
            case "currency" -> currency(draw);
            default -> part(draw, kind);
        };
    }

    private static BigDecimal price(Draw draw) {
        if (draw.isTaught() && draw.chance(0.25)) {
            return BigDecimal.valueOf(draw.number(1, draw.bySize(50, 999, 9999)))
                    .setScale(2);
        }
        return draw.size() == Draw.Size.SHORT
                ? BigDecimal.valueOf(draw.number(1, 20) * 5L).setScale(2)
                : draw.amount(1, draw.bySize(100, draw.chance(0.5) ? 99 : 999, 9999));
    }

    private static BigDecimal rate(Draw draw, boolean tax) {
        if (draw.isTaught() && !tax && draw.size() != Draw.Size.SHORT && draw.chance(0.3)) {
            return BigDecimal.valueOf(draw.number(2, 199))
                    .multiply(new BigDecimal("0.5"))
                    .stripTrailingZeros();
        }
        return new BigDecimal(draw.pick(draw.size() == Draw.Size.SHORT ? EASY_RATES : tax ? TAX_RATES : RATES));
    }

    /// A share of a price, and the price with or without it.
    private Lesson part(Draw draw, String kind) {
        BigDecimal price = price(draw);
        BigDecimal rate = rate(draw, kind.equals("tax") || kind.equals("gross"));
        Working working = draw.working();
        BigDecimal factor = rate.divide(HUNDRED).stripTrailingZeros();
        BigDecimal part = working.round(working.multiply(price, factor), 2).setScale(2);
        BigDecimal result = switch (kind) {
            case "discount" -> working.subtract(price, part);
            case "rise", "gross" -> working.add(price, part);
            default -> part;
        };
        Language language = draw.language();
        if (kind.equals("share") && draw.isTaught() && draw.chance(0.35)) {
            String number = language.number(plain(price));
            String question = phrases.pick(draw, kind, "price", number, "rate", language.number(rate));
            return Lesson.exact(draw, Question.of(question), working.text(), language.number(plain(result)));
        }
        String question = phrases.pick(draw, kind, "price", typed(draw, price), "rate", language.number(rate));
        return Lesson.exact(draw, Question.of(question), working.text(), language.money(result));
    }

    /// Without noughts behind the decimal mark.
    private static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /// An amount as one of the ways in which people type it.
    private static String typed(Draw draw, BigDecimal amount) {
        Language language = draw.language();
        if (!draw.isTaught() || draw.chance(0.5)) {
            return language.money(amount);
        }
        String number = language.number(draw.chance(0.7) ? plain(amount) : amount);
        return language == Language.FRENCH
                ? number + draw.pick(" €", "€", " euros", " EUR")
                : draw.pick("€" + number, number + " euros", number + " EUR", number + " €", number + "€");
    }

    /// The price before tax, where it has no fraction of a cent.
    private Lesson net(Draw draw) {
        int rate = draw.pick(20, 10, 25, 5);
        BigDecimal net = BigDecimal.valueOf(draw.number(1, draw.bySize(20, 99, 999)) * 20L, draw.bySize(0, 1, 1))
                .setScale(2);
        BigDecimal gross = net.add(net.multiply(BigDecimal.valueOf(rate, 2))).setScale(2);
        Working working = draw.working();
        BigDecimal before = working.divide(working.multiply(gross, 100), 100 + rate);
        Language language = draw.language();
        String question = phrases.pick(draw, "net", "price", language.money(gross), "rate", rate);
        return Lesson.exact(draw, Question.of(question), working.text(), language.money(before));
    }

    private Lesson margin(Draw draw) {
        BigDecimal cost = price(draw);
        BigDecimal sale = cost.add(price(draw));
        Working working = draw.working();
        BigDecimal margin = working.subtract(sale, cost);
        Language language = draw.language();
        String question = phrases.pick(draw, "margin", "cost", language.money(cost), "price", language.money(sale));
        return Lesson.exact(draw, Question.of(question), working.text(), language.money(margin));
    }

    private Lesson currency(Draw draw) {
        BigDecimal euros = BigDecimal.valueOf(draw.number(1, draw.bySize(20, 400, 4000)) * 5L);
        BigDecimal rate = BigDecimal.valueOf(draw.number(81, 199), draw.bySize(1, 2, 2));
        Working working = draw.working();
        BigDecimal sum = working.multiply(euros, rate).setScale(2);
        String currency = draw.pick("USD", "CHF", "GBP", "CAD");
        Language language = draw.language();
        String question =
                phrases.pick(draw, "currency", "amount", euros, "rate", language.number(rate), "currency", currency);
        return Lesson.exact(draw, Question.of(question), working.text(), language.number(sum) + " " + currency);
    }
}
