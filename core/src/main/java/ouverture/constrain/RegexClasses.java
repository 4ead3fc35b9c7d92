package ouverture.constrain;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sets of characters that regular expressions have names for (ECMA-262, section 22.2).
final class RegexClasses {
    /// What `.` does not stand for.
    static final CharacterSet LINE_ENDS = CharacterSet.of("\n\r\u2028\u2029");

    private static final CharacterSet DIGITS = CharacterSet.range('0', '9');
    private static final CharacterSet WORD = CharacterSet.union(
            List.of(DIGITS, CharacterSet.range('a', 'z'), CharacterSet.range('A', 'Z'), CharacterSet.of('_')));
    private static final CharacterSet SPACE = CharacterSet.union(List.of(
            CharacterSet.range('\t', '\r'),
            CharacterSet.of(" \u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF"),
            CharacterSet.range(0x2000, 0x200A)));

    /// Unicode's general categories with the numbers that Java has for them.
    private static final Map<String, Integer> CATEGORIES = Map.ofEntries(
            Map.entry("Lu", (int) Character.UPPERCASE_LETTER),
            Map.entry("Ll", (int) Character.LOWERCASE_LETTER),
            Map.entry("Lt", (int) Character.TITLECASE_LETTER),
            Map.entry("Lm", (int) Character.MODIFIER_LETTER),
            Map.entry("Lo", (int) Character.OTHER_LETTER),
            Map.entry("Mn", (int) Character.NON_SPACING_MARK),
            Map.entry("Mc", (int) Character.COMBINING_SPACING_MARK),
            Map.entry("Me", (int) Character.ENCLOSING_MARK),
            Map.entry("Nd", (int) Character.DECIMAL_DIGIT_NUMBER),
            Map.entry("Nl", (int) Character.LETTER_NUMBER),
            Map.entry("No", (int) Character.OTHER_NUMBER),
            Map.entry("Zs", (int) Character.SPACE_SEPARATOR),
            Map.entry("Zl", (int) Character.LINE_SEPARATOR),
            Map.entry("Zp", (int) Character.PARAGRAPH_SEPARATOR),
            Map.entry("Pd", (int) Character.DASH_PUNCTUATION),
            Map.entry("Ps", (int) Character.START_PUNCTUATION),
            Map.entry("Pe", (int) Character.END_PUNCTUATION),
            Map.entry("Pc", (int) Character.CONNECTOR_PUNCTUATION),
            Map.entry("Po", (int) Character.OTHER_PUNCTUATION),
            Map.entry("Pi", (int) Character.INITIAL_QUOTE_PUNCTUATION),
            Map.entry("Pf", (int) Character.FINAL_QUOTE_PUNCTUATION),
            Map.entry("Sm", (int) Character.MATH_SYMBOL),
            Map.entry("Sc", (int) Character.CURRENCY_SYMBOL),
            Map.entry("Sk", (int) Character.MODIFIER_SYMBOL),
            Map.entry("So", (int) Character.OTHER_SYMBOL));

    private RegexClasses() {}

    /// What a letter after a backslash stands for wherever it stands, or null.
    static @Nullable CharacterSet ofEscape(int letter) {
        return switch (letter) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.complement();
            case 'w' -> WORD;
            case 'W' -> WORD.complement();
            case 's' -> SPACE;
            case 'S' -> SPACE.complement();
            case 'n' -> CharacterSet.of('\n');
            case 't' -> CharacterSet.of('\t');
            case 'r' -> CharacterSet.of('\r');
            case 'f' -> CharacterSet.of('\f');
            case 'v' -> CharacterSet.of(0x0B);
            default -> null;
        };
    }

    /// The characters of a general category (`Lu`) or of a group of them (`L`), or null if there is none.
    static @Nullable CharacterSet ofCategory(String name) {
        int types = 0;
        for (Map.Entry<String, Integer> category : CATEGORIES.entrySet()) {
            if (category.getKey().equals(name)
                    || name.length() == 1 && category.getKey().startsWith(name)) {
                types |= 1 << category.getValue();
            }
        }
        int wanted = types;
        return types == 0 ? null : CharacterSet.where(c -> (wanted >> Character.getType(c) & 1) != 0);
    }

    /// The one character of a set, or -1 if it has more or none.
    static int single(CharacterSet set) {
        boolean one = set.ranges().size() == 1
                && set.ranges().getFirst().from() == set.ranges().getFirst().to();
        return one ? set.ranges().getFirst().from() : -1;
    }
}
