package ouverture.text;

/// Splits at the matches of a regular expression.
///
/// @param behavior what becomes of the matches
record RegexSplitter(UntrustedPattern pattern, Behavior behavior) implements Splitter {
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

    @Override
    public void split(String text, int from, int to, Words words) {
        Cutter cutter = new Cutter(from, words);
        pattern.find(text, from, to, (start, end) -> {
            switch (behavior) {
                case ISOLATED -> {
                    cutter.cut(start);
                    cutter.cut(end);
                }
                case MERGED_WITH_PREVIOUS -> cutter.cut(end);
                case MERGED_WITH_NEXT -> cutter.cut(start);
                case CONTIGUOUS -> {
                    if (start > cutter.previousEnd) {
                        cutter.cut(cutter.previousEnd);
                        cutter.cut(start);
                    }
                    cutter.previousEnd = end;
                }
            }
        });
        cutter.cut(cutter.previousEnd);
        cutter.cut(to);
    }

    /// Hands on the words between cuts.
    private static final class Cutter {
        private final Words words;
        private int start;
        private int previousEnd;

        Cutter(int from, Words words) {
            this.words = words;
            this.start = from;
            this.previousEnd = from;
        }

        /// Ends a word here, unless a cut lies here or later already.
        void cut(int end) {
            if (end > start) {
                words.accept(start, end);
                start = end;
            }
        }
    }
}
