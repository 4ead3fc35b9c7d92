package ouverture.text;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// The words inside which a byte-level byte-pair encoding merges pieces, written in GPT-2's alphabet of bytes:
/// what a new vocabulary is counted from.
public final class ByteLevelWords {
    private final List<Splitter> splitters;

    private ByteLevelWords(List<Splitter> splitters) {
        this.splitters = splitters;
    }

    /// The words of a splitting rule.
    ///
    /// @param rule name in `tokenizer.ggml.pre`
    /// @throws ouverture.error.UnsupportedModelException if this build does not know it
    public static ByteLevelWords named(String rule) {
        return new ByteLevelWords(PreTokenizers.named(rule, "The recipe").splitters());
    }

    /// The pieces of single bytes, from 0 to 255.
    public static List<String> alphabet() {
        return IntStream.range(0, 256)
                .mapToObj(value -> String.valueOf(ByteLevel.charOf(value)))
                .toList();
    }

    /// A text as pieces are written: one letter for each byte.
    public static String written(String text) {
        return ByteLevel.encode(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Hands on the words of a text in their order. Surrogates without a partner count as U+FFFD.
    public void each(String text, Consumer<String> words) {
        String wellFormed = CodePoints.wellFormed(text);
        split(0, wellFormed, 0, wellFormed.length(), words);
    }

    private void split(int stage, String text, int from, int to, Consumer<String> words) {
        if (stage == splitters.size()) {
            words.accept(written(text.substring(from, to)));
        } else {
            splitters.get(stage).split(text, from, to, (start, end) -> split(stage + 1, text, start, end, words));
        }
    }
}
