package ouverture.text;

import java.util.BitSet;
import java.util.List;
import java.util.Set;

/// The tokens that mean something to the engine.
///
/// @param bos the token that begins a text, or none
/// @param eos the token that ends a text, or none
/// @param before ids that begin every text
/// @param after ids that end every text
/// @param endings ids that end an answer
record SpecialTokens(List<Integer> bos, List<Integer> eos, List<Integer> before, List<Integer> after, BitSet endings) {
    /// Pieces that end an answer in one family or another. Published files mark them in so many ways that
    /// engines go by the name (list as in llama.cpp).
    private static final Set<String> ENDINGS = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<|return|>",
            "<|call|>",
            "<|flush|>",
            "<|calls|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "</s>",
            "<|eom_id|>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "[EOS]",
            "<|end_of_text|>",
            "<end_of_utterance>",
            "<eos>",
            "<turn|>",
            "<|tool_response>",
            "<｜end▁of▁sentence｜>",
            "[e~[",
            "<|fim_pad|>",
            "<fim-pad>",
            "<fim_pad>",
            "<PAD>",
            "[PAD]",
            "<|fim_repo|>",
            "<|repo_name|>",
            "<fim-repo>",
            "<REPO>",
            "<reponame>",
            "<|file_sep|>");

    /// Pieces that are control tokens whatever their file says: they frame code that is to be filled in.
    private static final Set<String> CONTROLS = Set.of(
            "<|fim_prefix|>",
            "<fim-prefix>",
            "<fim_prefix>",
            "<｜fim▁begin｜>",
            "<PRE>",
            "▁<PRE>",
            "<|code_prefix|>",
            "<|prefix|>",
            "<|fim_suffix|>",
            "<fim-suffix>",
            "<fim_suffix>",
            "<｜fim▁hole｜>",
            "<SUF>",
            "▁<SUF>",
            "<|code_suffix|>",
            "<|suffix|>",
            "<|fim_middle|>",
            "<fim-middle>",
            "<fim_middle>",
            "<｜fim▁end｜>",
            "<MID>",
            "▁<MID>",
            "<|code_middle|>",
            "<|middle|>");

    /// Finds the tokens that end an answer, and makes control tokens of those that frame text by their names.
    ///
    /// @param declared ids that the file declares to end an answer
    static BitSet endings(Vocabulary vocabulary, BitSet declared) {
        boolean harmony = has(vocabulary, "<|return|>") && has(vocabulary, "<|call|>")
                || has(vocabulary, "<|flush|>") && (has(vocabulary, "<|call|>") || has(vocabulary, "<|calls|>"));
        boolean gemma = has(vocabulary, "<|tool_response>");
        BitSet endings = (BitSet) declared.clone();
        for (String name : ENDINGS) {
            int id = vocabulary.find(name);
            // Harmony ends messages, not answers, with <|end|>; to Gemma 4 </s> is HTML.
            boolean other = harmony && name.equals("<|end|>") || gemma && name.equals("</s>");
            if (id != Vocabulary.ABSENT) {
                endings.set(id, !other);
                if (!other) {
                    vocabulary.makeControl(id);
                }
            }
        }
        for (String name : CONTROLS) {
            int id = vocabulary.find(name);
            if (id != Vocabulary.ABSENT) {
                vocabulary.makeControl(id);
            }
        }
        return endings;
    }

    private static boolean has(Vocabulary vocabulary, String piece) {
        return vocabulary.find(piece) != Vocabulary.ABSENT;
    }
}
