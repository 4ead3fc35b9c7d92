package ouverture.train.lesson;

import java.util.List;
import java.util.Locale;

/// Names of people, companies, places and things: those of the lists, and made-up ones, such that nothing can be
/// learned but to copy them.
final class Words {
    private static final double MADE_UP = 0.45;
    private static final List<String> CONSONANTS = List.of(
            "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "qu", "r", "s", "t", "v", "w", "x", "z", "br",
            "ch", "cl", "dr", "fl", "gr", "pl", "sh", "st", "tr", "th", "gn", "ss", "ll");
    private static final List<String> VOWELS = List.of(
            "a", "e", "i", "o", "u", "y", "ou", "ai", "an", "on", "er", "au", "in", "ea", "oo", "é", "è", "ie", "en",
            "or", "al");
    private static final List<String> ENDINGS = List.of("", "", "", "n", "s", "t", "l", "x", "k", "m", "rd", "ck");

    private final Phrasebook book = new Phrasebook("words");

    /// A word of a kind, which is a section of the lists.
    String pick(Draw draw, String kind) {
        boolean listed = !draw.isTaught() || !draw.chance(kind.equals("word") ? MADE_UP / 2 : MADE_UP);
        return listed ? book.pick(draw, kind) : made(draw, kind);
    }

    private static String made(Draw draw, String kind) {
        boolean french = draw.language() == Language.FRENCH;
        return switch (kind) {
            case "first" -> capital(madeUp(draw, 1, 3));
            case "last" -> last(draw);
            case "company" -> company(draw, french);
            case "city" ->
                capital(madeUp(draw, 1, 2))
                        + draw.pick("", "", "ville", "ton", "burg", "-sur-Mer", "court", " Bay", "-les-Bains");
            case "street" ->
                french
                        ? draw.pick("rue ", "avenue ", "place ", "chemin ", "rue de ", "boulevard ")
                                + capital(madeUp(draw, 1, 3))
                        : capital(madeUp(draw, 1, 3)) + draw.pick(" Street", " Road", " Lane", " Avenue", " Square");
            case "product" -> (french ? draw.pick("le ", "la ") : "") + madeUp(draw, 1, 3);
            case "things" -> madeUp(draw, 1, 3).replaceFirst("[sx]$", "") + "s";
            default -> madeUp(draw, 2, 3);
        };
    }

    private static String last(Draw draw) {
        String name = draw.pick("", "", "", "", "", "De ", "Van ", "O'", "Le ", "Mc") + capital(madeUp(draw, 1, 3));
        return draw.chance(0.08) ? name + "-" + capital(madeUp(draw, 1, 2)) : name;
    }

    private static String company(Draw draw, boolean french) {
        String name = capital(madeUp(draw, 1, 3));
        String ending = french
                ? draw.pick(
                        " SARL",
                        " SA",
                        " SAS",
                        " et Fils",
                        " et Cie",
                        "",
                        " Conseil",
                        " EURL",
                        " Frères",
                        " & Associés")
                : draw.pick(" Ltd", " Inc.", " LLC", " & Sons", " GmbH", "", " Group", " plc", " Bros", " & Co");
        String before = french
                ? draw.pick("", "", "", "", "Atelier ", "Garage ", "Maison ", "Ets ", "Boulangerie ", "Cabinet ")
                : draw.pick("", "", "", "", "The ", "House of ", "Studio ", "Bakery ", "Garage ", "New ");
        return before + name + (draw.chance(0.15) ? " " + capital(madeUp(draw, 1, 2)) : "") + ending;
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    /// A word of no language, so that every piece of the vocabulary is copied at times.
    static String madeUp(Draw draw, int least, int most) {
        StringBuilder word = new StringBuilder(draw.chance(0.2) ? draw.pick(VOWELS) : "");
        for (int i = draw.number(least, most); i > 0; i--) {
            word.append(draw.pick(CONSONANTS)).append(draw.pick(VOWELS));
        }
        return word.append(draw.pick(ENDINGS)).toString();
    }
}
