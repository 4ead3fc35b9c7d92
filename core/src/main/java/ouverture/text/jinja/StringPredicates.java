package ouverture.text.jinja;

import java.util.Map;
import java.util.function.IntPredicate;

/// The `is…` methods of Python's `str`.
final class StringPredicates {
    private StringPredicates() {}

    static void addTo(Map<String, StringMethods.Method> methods) {
        every(methods, "isalnum", Text::isAlphanumeric);
        every(methods, "isalpha", Character::isLetter);
        every(methods, "isdecimal", c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER);
        every(methods, "isdigit", StringPredicates::isDigit);
        every(methods, "isnumeric", Text::isNumeric);
        every(methods, "isspace", Text::isWhitespace);
        add(methods, "isascii", text -> text.chars().allMatch(c -> c < 128));
        add(methods, "isprintable", text -> text.codePoints().allMatch(Repr::isPrintable));
        add(methods, "isidentifier", StringPredicates::isIdentifier);
        add(methods, "islower", StringPredicates::isLower);
        add(methods, "isupper", StringPredicates::isUpper);
        add(methods, "istitle", StringPredicates::isTitle);
    }

    private interface Predicate {
        boolean of(String text);
    }

    private static void add(Map<String, StringMethods.Method> methods, String name, Predicate predicate) {
        methods.put(name, (rendering, self, arguments) -> {
            arguments.none(name);
            rendering.budget().scan(self.length());
            return predicate.of(self);
        });
    }

    private static void every(Map<String, StringMethods.Method> methods, String name, IntPredicate predicate) {
        add(methods, name, text -> !text.isEmpty() && text.codePoints().allMatch(predicate));
    }

    /// Decimal digits and the raised, lowered and circled ones.
    private static boolean isDigit(int codePoint) {
        return Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER
                || codePoint == 0xb2
                || codePoint == 0xb3
                || codePoint == 0xb9
                || (codePoint >= 0x2070 && codePoint <= 0x2089 && Text.isNumeric(codePoint))
                || (codePoint >= 0x2460 && codePoint <= 0x2468);
    }

    private static boolean isIdentifier(String text) {
        return !text.isEmpty()
                && (text.startsWith("_") || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
                && text.codePoints().allMatch(c -> c == '_' || Character.isUnicodeIdentifierPart(c));
    }

    /// Whether there are cased letters and all of them are small.
    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    /// Whether there are cased letters and all of them are large.
    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    private static boolean isTitle(String text) {
        boolean inWord = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean large = Character.isUpperCase(c) || Character.isTitleCase(c);
            boolean small = Character.isLowerCase(c);
            if (large && inWord || small && !inWord) {
                return false;
            }
            inWord = large || small;
            any |= inWord;
        }
        return any;
    }
}
