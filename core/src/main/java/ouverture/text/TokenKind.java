package ouverture.text;

/// What a vocabulary entry is for. Numbers are GGUF's (`tokenizer.ggml.token_type`), which are SentencePiece's.
public enum TokenKind {
    /// A piece of text.
    NORMAL(1),
    /// Stands for text that no other entry covers.
    UNKNOWN(2),
    /// Steers the model (begin of text, end of turn); never made from a user's text.
    CONTROL(3),
    /// A whole string that is never split, also in a user's text.
    USER_DEFINED(4),
    /// A placeholder without meaning.
    UNUSED(5),
    /// One byte, written `<0x0A>`, for text that no other entry covers.
    BYTE(6);

    private final int ggufNumber;

    TokenKind(int ggufNumber) {
        this.ggufNumber = ggufNumber;
    }

    /// The number that stands for this kind in a GGUF file.
    int ggufNumber() {
        return ggufNumber;
    }

    /// The kind of GGUF's number; numbers outside of 1 to 6 are pieces of text.
    static TokenKind ofGguf(int number) {
        return number >= 1 && number <= 6 ? values()[number - 1] : NORMAL;
    }

    /// Whether ordinary text may turn into entries of this kind.
    boolean writesText() {
        return this == NORMAL || this == USER_DEFINED;
    }
}
