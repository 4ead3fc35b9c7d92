package ouverture.text;

/// Cuts text into the words inside which pieces are merged (the pre-tokenizer of a byte-pair encoding).
@FunctionalInterface
interface Splitter {
    /// Hands on the words of a range of well-formed text, in order and without gaps.
    void split(String text, int from, int to, Words words);

    /// Takes words as ranges of the text.
    @FunctionalInterface
    interface Words {
        void accept(int from, int to);
    }
}
