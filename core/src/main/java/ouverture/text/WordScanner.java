package ouverture.text;

/// The splitting rules of the GPT families, scanned by hand: the same words as the regular expressions in
/// [PreTokenizers], several times faster. Every rule covers all text; at each place the first alternative that
/// matches wins, as in a backtracking regular expression.
///
/// @param words what a word is made of
/// @param contractions where English contractions (`'s 't 're 've 'm 'll 'd`) belong
/// @param digits most digits of one number
/// @param slash whether slashes, like line ends, are drawn to the punctuation before them
record WordScanner(Word words, Contraction contractions, int digits, boolean slash) implements Splitter {
    enum Word {
        /// Letters after a space (GPT-2), `\ ?\p{L}+`; numbers and punctuation take a space too.
        AFTER_SPACE,
        /// Letters, after any one char that is neither letter, number nor line end.
        LETTERS,
        /// The same with combining marks.
        MARKED,
        /// The same, and a new word begins at a capital after a small letter.
        CASED,
        /// The same, and Han characters are words of their own.
        CASED_AND_HAN
    }

    enum Contraction {
        NONE,
        /// A word of its own, small letters only.
        SMALL_WORD,
        /// A word of its own.
        WORD,
        /// The end of the word before it.
        SUFFIX
    }

    private static final int NO_MATCH = -1;

    @Override
    public void split(String text, int from, int to, Words out) {
        int start = from;
        while (start < to) {
            int end = words == Word.AFTER_SPACE ? wordAfterSpace(text, start, to) : word(text, start, to);
            out.accept(start, end);
            start = end;
        }
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    private int wordAfterSpace(String text, int start, int to) {
        int contraction = contraction(text, start, to);
        if (contraction > start) {
            return contraction;
        }
        int first = text.charAt(start) == ' ' && start + 1 < to ? start + 1 : start;
        int c = text.codePointAt(first);
        if (CodePoints.is(CodePoints.LETTER, c)) {
            return run(CodePoints.LETTER, text, first, to);
        }
        if (CodePoints.is(CodePoints.NUMBER, c)) {
            return run(CodePoints.NUMBER, text, first, to);
        }
        return CodePoints.isSpace(c) ? spaces(text, start, to, false) : punctuation(text, first, to);
    }

    private int word(String text, int start, int to) {
        if (contractions == Contraction.WORD) {
            int contraction = contraction(text, start, to);
            if (contraction > start) {
                return contraction;
            }
        }
        int letters = letters(text, start, to);
        if (letters != NO_MATCH) {
            return letters;
        }
        int c = text.codePointAt(start);
        if (CodePoints.is(CodePoints.NUMBER, c)) {
            return number(text, start, to);
        }
        int first = c == ' ' && start + 1 < to ? start + 1 : start;
        if (isPunctuation(text.codePointAt(first))) {
            int end = punctuation(text, first, to);
            while (end < to && isLineEnd(text.charAt(end))) {
                end++;
            }
            return end;
        }
        return spaces(text, start, to, true);
    }

    private int letters(String text, int start, int to) {
        int c = text.codePointAt(start);
        int second = start + Character.charCount(c);
        if (words == Word.CASED_AND_HAN && CodePoints.isHan(c)) {
            int end = second;
            while (end < to && CodePoints.isHan(text.codePointAt(end))) {
                end += Character.charCount(text.codePointAt(end));
            }
            return end;
        }
        boolean prefix = c != '\r' && c != '\n' && !CodePoints.is(CodePoints.LETTER | CodePoints.NUMBER, c);
        if (words == Word.LETTERS || words == Word.MARKED) {
            int categories = words == Word.LETTERS ? CodePoints.LETTER : CodePoints.LETTER | CodePoints.MARK;
            int end = run(categories, text, prefix ? second : start, to);
            end = prefix && end == second ? run(categories, text, start, to) : end;
            return end > start ? end : NO_MATCH;
        }
        int end = prefix ? endsSmall(text, second, to) : NO_MATCH;
        end = end == NO_MATCH ? endsSmall(text, start, to) : end;
        if (end == NO_MATCH) {
            int capitals = prefix ? second : start;
            end = run(CodePoints.NOT_LOWERCASE, text, capitals, to);
            end = end > capitals ? end : NO_MATCH;
        }
        return end != NO_MATCH && contractions == Contraction.SUFFIX ? contraction(text, end, to) : end;
    }

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`: where no small letter follows the capitals,
    /// the word goes back to the last char among them that has no case.
    private int endsSmall(String text, int start, int to) {
        int capitals = run(CodePoints.NOT_LOWERCASE, text, start, to);
        int end = run(CodePoints.NOT_UPPERCASE, text, capitals, to);
        if (end > capitals) {
            return end;
        }
        while (end > start) {
            int c = text.codePointBefore(end);
            if (CodePoints.is(CodePoints.NOT_UPPERCASE, c)) {
                return end;
            }
            end -= Character.charCount(c);
        }
        return NO_MATCH;
    }

    private int number(String text, int start, int to) {
        int end = start;
        for (int i = 0; i < digits && end < to && CodePoints.is(CodePoints.NUMBER, text.codePointAt(end)); i++) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    /// End of the run of code points of some categories that begins at `start`, which may be empty.
    private int run(int categories, String text, int start, int to) {
        int end = start;
        while (end < to) {
            int c = text.codePointAt(end);
            if (!CodePoints.is(categories, c) || words == Word.CASED_AND_HAN && CodePoints.isHan(c)) {
                break;
            }
            end += Character.charCount(c);
        }
        return end;
    }

    private boolean isPunctuation(int c) {
        int others = CodePoints.LETTER | CodePoints.NUMBER | (words == Word.MARKED ? CodePoints.MARK : 0);
        return !CodePoints.isSpace(c) && !CodePoints.is(others, c);
    }

    private int punctuation(String text, int start, int to) {
        int end = start;
        while (end < to && isPunctuation(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    private boolean isLineEnd(char c) {
        return c == '\r' || c == '\n' || slash && c == '/';
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`, the first alternative only if asked for.
    private static int spaces(String text, int start, int to, boolean endAtLine) {
        int end = start;
        int line = start;
        while (end < to && CodePoints.isSpace(text.charAt(end))) {
            char c = text.charAt(end++);
            line = c == '\r' || c == '\n' ? end : line;
        }
        if (endAtLine && line > start) {
            return line;
        }
        return end < to && end - start > 1 ? end - 1 : end;
    }

    /// End of the contraction that begins at `start`, or `start`.
    private int contraction(String text, int start, int to) {
        if (start + 1 >= to || text.charAt(start) != '\'') {
            return start;
        }
        char first = small(text.charAt(start + 1));
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return start + 2;
        }
        char second = start + 2 < to ? small(text.charAt(start + 2)) : ' ';
        boolean two = second == 'e' && (first == 'r' || first == 'v') || second == 'l' && first == 'l';
        return two ? start + 3 : start;
    }

    /// As `(?i:)` compares: the long s is an s.
    private char small(char c) {
        if (contractions == Contraction.SMALL_WORD) {
            return c;
        }
        return c == 'ſ' ? 's' : c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
    }
}
