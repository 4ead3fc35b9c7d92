package ouverture.text;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/// The way from text to ids, in the order of Hugging Face's tokenizers: added tokens, normalizer, added tokens
/// of the normalized text, escape, splitters, byte-pair encoding.
///
/// @param added found in the text as it is
/// @param normalizer changes the text between them
/// @param addedAfter found in the normalized text
/// @param escape writes the text between those as the pieces are written, for example with visible spaces
/// @param splitters each applied to the words of the one before
/// @param encoder applied to each word
record Pipeline(
        AddedTokens added,
        UnaryOperator<String> normalizer,
        AddedTokens addedAfter,
        Escape escape,
        List<Splitter> splitters,
        BpeEncoder encoder) {
    /// Writes text as pieces are written.
    @FunctionalInterface
    interface Escape {
        /// The text as it is.
        Escape NONE = (text, first) -> text;

        /// @param first whether the whole text begins here
        String apply(String text, boolean first);
    }

    /// Hands on the ids of a text, without those that begin or end every text.
    ///
    /// @param text well-formed
    /// @param parseSpecial whether strings that look like control tokens become control tokens
    void encode(String text, boolean parseSpecial, IntConsumer ids) {
        SymbolChain chain = new SymbolChain();
        added.split(text, 0, text.length(), parseSpecial, ids, (from, to) -> {
            String normalized = normalizer.apply(text.substring(from, to));
            addedAfter.split(normalized, 0, normalized.length(), parseSpecial, ids, (start, end) -> {
                String plain = normalized.substring(start, end);
                if (parseSpecial) {
                    plain = plain.replace(String.valueOf(AddedTokens.GUARD), "");
                }
                String escaped = escape.apply(plain, from == 0 && start == 0);
                split(0, escaped, 0, escaped.length(), chain, ids);
            });
        });
    }

    /// The text with everything that reads like a control token marked as plain text.
    String guard(String text) {
        return addedAfter.guard(added.guard(text));
    }

    private void split(int stage, String text, int from, int to, SymbolChain chain, IntConsumer ids) {
        if (stage == splitters.size()) {
            encoder.encode(text, from, to, chain, ids);
        } else {
            splitters.get(stage).split(text, from, to, (start, end) -> split(stage + 1, text, start, end, chain, ids));
        }
    }
}
