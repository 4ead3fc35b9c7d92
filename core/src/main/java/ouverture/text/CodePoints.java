package ouverture.text;

/// Classes of code points as regular expressions name them, and repair of strings that are not Unicode text.
final class CodePoints {
    /// `\p{L}`.
    static final int LETTER = 1 << Character.UPPERCASE_LETTER
            | 1 << Character.LOWERCASE_LETTER
            | 1 << Character.TITLECASE_LETTER
            | 1 << Character.MODIFIER_LETTER
            | 1 << Character.OTHER_LETTER;

    /// `\p{M}`.
    static final int MARK =
            1 << Character.NON_SPACING_MARK | 1 << Character.ENCLOSING_MARK | 1 << Character.COMBINING_SPACING_MARK;

    /// `\p{N}`.
    static final int NUMBER =
            1 << Character.DECIMAL_DIGIT_NUMBER | 1 << Character.LETTER_NUMBER | 1 << Character.OTHER_NUMBER;

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
    static final int NOT_LOWERCASE = LETTER & ~(1 << Character.LOWERCASE_LETTER) | MARK;

    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
    static final int NOT_UPPERCASE =
            LETTER & ~(1 << Character.UPPERCASE_LETTER | 1 << Character.TITLECASE_LETTER) | MARK;

    private static final int SEPARATOR =
            1 << Character.SPACE_SEPARATOR | 1 << Character.LINE_SEPARATOR | 1 << Character.PARAGRAPH_SEPARATOR;

    private CodePoints() {}

    /// Whether a code point is in a class, given as a set of general categories.
    static boolean is(int categories, int codePoint) {
        return (categories >> Character.getType(codePoint) & 1) != 0;
    }

    /// `\s`: Unicode's White_Space. All of it lies in the basic plane.
    static boolean isSpace(int codePoint) {
        return codePoint == ' '
                || codePoint >= '\t' && codePoint <= '\r'
                || codePoint >= 0x85 && (codePoint == 0x85 || is(SEPARATOR, codePoint));
    }

    /// `\p{Han}`.
    static boolean isHan(int codePoint) {
        return codePoint >= 0x2E80 && Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HAN;
    }

    /// The text with U+FFFD in place of each surrogate that has no partner, and so has no UTF-8.
    static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                repaired = repaired == null ? new StringBuilder(text) : repaired;
                repaired.setCharAt(i, '\uFFFD');
            }
            i += Character.charCount(c);
        }
        return repaired == null ? text : repaired.toString();
    }
}
