package ouverture.train.lesson;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One wording among many, and how people type it: with a greeting or without, in small letters, without accents
/// or punctuation.
final class Style {
    private static final Pattern MARKS = Pattern.compile("\\p{M}");
    private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}\\p{N}{}%+*/=-]");
    private static final List<String> OPENINGS_FRENCH = List.of(
            "Bonjour, ",
            "Bonjour. ",
            "Bonjour ! ",
            "Salut, ",
            "S'il te plaît, ",
            "S'il vous plaît : ",
            "Dis-moi, ",
            "Une question : ",
            "Petite question : ",
            "Svp, ",
            "Alors, ",
            "Ok. ",
            "Maintenant, ",
            "J'ai besoin d'aide. ",
            "Peux-tu m'aider ? ");
    private static final List<String> OPENINGS_ENGLISH = List.of(
            "Hello, ",
            "Hello. ",
            "Hi! ",
            "Hi, ",
            "Please, ",
            "Please: ",
            "A question: ",
            "Quick question: ",
            "Tell me, ",
            "So, ",
            "Ok. ",
            "Now, ",
            "Hey, ",
            "I need help. ",
            "Can you help me? ");
    private static final List<String> CLOSINGS_FRENCH =
            List.of(" Merci.", " Merci !", " Merci d'avance.", " S'il te plaît.", " C'est urgent.", " Réponds vite.");
    private static final List<String> CLOSINGS_ENGLISH =
            List.of(" Thanks.", " Thank you!", " Thanks in advance.", " Please.", " It is urgent.", " Be quick.");

    private Style() {}

    /// What stands between `|`, but not within brackets.
    static List<String> parts(String line) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (c == '|' && depth == 0) {
                parts.add(line.substring(from, i).strip());
                from = i + 1;
            }
        }
        parts.add(line.substring(from).strip());
        return parts;
    }

    /// A wording with one of the choices of each pair of brackets.
    static String chosen(Draw draw, String wording) {
        int open = wording.indexOf('[');
        if (open < 0) {
            return wording;
        }
        int depth = 1;
        int from = open + 1;
        List<String> choices = new ArrayList<>();
        int at = from;
        for (; depth > 0; at++) {
            char c = wording.charAt(at);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (depth == 0 || c == '|' && depth == 1) {
                choices.add(wording.substring(from, at));
                from = at + 1;
            }
        }
        return chosen(draw, wording.substring(0, open) + draw.pick(choices) + wording.substring(at));
    }

    /// Letters, digits, slots and signs of calculation, without accents, capitals and the rest.
    static String bare(String wording) {
        return NO_LETTERS.matcher(plain(wording)).replaceAll("").toLowerCase(Locale.ROOT);
    }

    private static String plain(String text) {
        return MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFD)).replaceAll("");
    }

    /// As people type it; slots stay as they are.
    static String typed(Draw draw, String wording) {
        String text = wording;
        boolean french = draw.language() == Language.FRENCH;
        if (draw.chance(0.2) && text.matches("(?s).*[.?!]")) {
            text = text.replaceFirst(" ?[.?!]$", "");
        } else if (french && draw.chance(0.2)) {
            text = text.replace(" ?", "?").replace(" :", ":").replace(" !", "!");
        }
        if (draw.chance(0.15) && Character.isLetter(text.charAt(0))) {
            String first = text.substring(0, 1);
            text = draw.pick(french ? OPENINGS_FRENCH : OPENINGS_ENGLISH)
                    + (draw.chance(0.5) ? first : first.toLowerCase(Locale.ROOT))
                    + text.substring(1);
        }
        if (draw.chance(0.08) && text.matches("(?s).*[.?!]")) {
            text += draw.pick(french ? CLOSINGS_FRENCH : CLOSINGS_ENGLISH);
        }
        if (french && draw.chance(0.12)) {
            text = outside(text, Style::plain);
        }
        int letters = draw.number(0, 99);
        if (letters < 18) {
            return outside(text, part -> part.toLowerCase(Locale.ROOT));
        }
        return letters < 20 ? outside(text, part -> part.toUpperCase(Locale.ROOT)) : text;
    }

    /// Changes what is not a slot.
    private static String outside(String wording, UnaryOperator<String> change) {
        StringBuilder text = new StringBuilder();
        Matcher slots = Phrasebook.SLOT.matcher(wording);
        int from = 0;
        while (slots.find()) {
            text.append(change.apply(wording.substring(from, slots.start()))).append(slots.group());
            from = slots.end();
        }
        return text.append(change.apply(wording.substring(from))).toString();
    }
}
