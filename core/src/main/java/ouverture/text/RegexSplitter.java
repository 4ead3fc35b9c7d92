package ouverture.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;

/// Splits by a regular expression, matched with Unicode's classes. A pattern may come from an untrusted file: matching
/// reads the text through a counter and gives up on a pattern that backtracks without end.
///
/// @param pattern what to look for
/// @param behavior where the matches go
/// @param file the file that the pattern comes from, for messages
record RegexSplitter(Pattern pattern, Behavior behavior, String file) implements Splitter {
    /// What becomes of a match (the names are Hugging Face's).
    enum Behavior {
        /// A match is a word, and so is the text between two.
        ISOLATED,
        /// A match ends the word before it.
        MERGED_WITH_PREVIOUS,
        /// A match begins the word after it.
        MERGED_WITH_NEXT,
        /// Matches in a row are one word.
        CONTIGUOUS
    }

    /// Chars that matching may read for each char of the text; usual patterns read about ten.
    private static final long READS_PER_CHAR = 1_000;

    private static final int LONGEST_PATTERN = 20_000;

    /// @param expression in the syntax of Hugging Face's tokenizers (Oniguruma) as far as Java's is the same
    /// @throws UnsupportedModelException if Java cannot read the expression
    static RegexSplitter of(String expression, Behavior behavior, String file) {
        try {
            if (expression.length() <= LONGEST_PATTERN) {
                String java = expression.replaceAll("\\\\([pP])\\{(Han|Hiragana|Katakana|Hangul|Thai)}", "\\\\$1{Is$2}");
                return new RegexSplitter(Pattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS), behavior, file);
            }
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new UnsupportedModelException(unreadable(expression, file), e);
        }
        throw new UnsupportedModelException(unreadable(expression, file));
    }

    private static String unreadable(String expression, String file) {
        String shown = expression.length() > 80 ? expression.substring(0, 80) + "…" : expression;
        return file + ": this build cannot read the tokenizer's splitting pattern " + shown + ".";
    }

    /// @throws ModelFileException if the pattern backtracks without end on this text
    @Override
    public void split(String text, int from, int to, Words words) {
        Matcher matcher = pattern.matcher(new CountedText(text, READS_PER_CHAR * (to - from + 1_000L), file));
        matcher.region(from, to);
        int start = from;
        int previous = from;
        while (find(matcher)) {
            if (matcher.end() == matcher.start()) {
                continue;
            }
            boolean cutBefore =
                    switch (behavior) {
                        case ISOLATED, MERGED_WITH_NEXT -> true;
                        case MERGED_WITH_PREVIOUS -> false;
                        case CONTIGUOUS -> matcher.start() > previous;
                    };
            if (cutBefore && matcher.start() > start) {
                words.accept(start, matcher.start());
                start = matcher.start();
            }
            if (behavior == Behavior.ISOLATED || behavior == Behavior.MERGED_WITH_PREVIOUS) {
                words.accept(start, matcher.end());
                start = matcher.end();
            }
            previous = matcher.end();
        }
        if (start < to) {
            words.accept(start, to);
        }
    }

    private boolean find(Matcher matcher) {
        try {
            return matcher.find();
        } catch (StackOverflowError e) {
            throw new ModelFileException(CountedText.endless(file), e);
        }
    }

    /// A text that may be read a limited number of times.
    private static final class CountedText implements CharSequence {
        private final String text;
        private final String file;
        private long readsLeft;

        CountedText(String text, long reads, String file) {
            this.text = text;
            this.readsLeft = reads;
            this.file = file;
        }

        static String endless(String file) {
            return file + ": the tokenizer's splitting pattern backtracks without end on this text, so the file is"
                    + " damaged or hostile; use another copy.";
        }

        @Override
        public char charAt(int index) {
            if (--readsLeft < 0) {
                throw new ModelFileException(endless(file));
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
