package ouverture.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;

/// A regular expression from a file, matched with Unicode's classes. The text is read through a counter, so that
/// a pattern that backtracks without end is given up instead of hanging the engine.
final class UntrustedPattern {
    /// Chars that matching may read for each char of the text; usual patterns read about ten.
    private static final long READS_PER_CHAR = 1_000;

    private static final int LONGEST = 20_000;

    private final Pattern pattern;
    private final String file;

    private UntrustedPattern(Pattern pattern, String file) {
        this.pattern = pattern;
        this.file = file;
    }

    /// @param expression in the syntax of Hugging Face's tokenizers (Oniguruma) as far as Java's is the same
    /// @param file where it comes from, for messages
    /// @throws UnsupportedModelException if Java cannot read the expression
    static UntrustedPattern of(String expression, String file) {
        try {
            if (expression.length() <= LONGEST) {
                String java =
                        expression.replaceAll("\\\\([pP])\\{(Han|Hiragana|Katakana|Hangul|Thai)}", "\\\\$1{Is$2}");
                return new UntrustedPattern(Pattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS), file);
            }
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new UnsupportedModelException(unreadable(expression, file), e);
        }
        throw new UnsupportedModelException(unreadable(expression, file));
    }

    private static String unreadable(String expression, String file) {
        String shown = expression.length() > 80 ? expression.substring(0, 80) + "…" : expression;
        return file + ": this build cannot read the tokenizer's pattern " + shown + ".";
    }

    /// Takes a match, as a range of the text that is not empty.
    @FunctionalInterface
    interface Matches {
        void accept(int from, int to);
    }

    /// Hands on the matches in a range of a text, which is matched as if it were the whole.
    ///
    /// @throws ModelFileException if the pattern backtracks without end on this text
    void find(String text, int from, int to, Matches matches) {
        Matcher matcher = pattern.matcher(new CountedText(text, READS_PER_CHAR * (to - from + 1_000L)));
        matcher.region(from, to);
        while (find(matcher)) {
            if (matcher.end() > matcher.start()) {
                matches.accept(matcher.start(), matcher.end());
            }
        }
    }

    /// The text with another in place of each match.
    ///
    /// @throws ModelFileException if the pattern backtracks without end on this text
    String replaceAll(String text, String replacement) {
        StringBuilder replaced = new StringBuilder();
        int[] copied = {0};
        find(text, 0, text.length(), (from, to) -> {
            replaced.append(text, copied[0], from).append(replacement);
            copied[0] = to;
        });
        return replaced.append(text, copied[0], text.length()).toString();
    }

    private boolean find(Matcher matcher) {
        try {
            return matcher.find();
        } catch (StackOverflowError e) {
            throw new ModelFileException(endless(), e);
        }
    }

    private String endless() {
        return file + ": the tokenizer's pattern " + pattern + " backtracks without end on this text, so the file is"
                + " damaged or hostile; use another copy.";
    }

    /// A text that may be read a limited number of times.
    private final class CountedText implements CharSequence {
        private final String text;
        private long readsLeft;

        CountedText(String text, long reads) {
            this.text = text;
            this.readsLeft = reads;
        }

        @Override
        public char charAt(int index) {
            if (--readsLeft < 0) {
                throw new ModelFileException(endless());
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
