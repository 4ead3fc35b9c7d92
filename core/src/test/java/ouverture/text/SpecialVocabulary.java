package ouverture.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import ouverture.file.Metadata;

/// A byte-level vocabulary made for a test: a token for each byte, and some special ones.
public final class SpecialVocabulary {
    /// The id of the first word, after the bytes and the one merge.
    public static final int FIRST_WORD = 257;

    private SpecialVocabulary() {}

    /// Ordinary pieces that occur in what families write.
    public static final List<String> WORDS = List.of(
            "functions.",
            "get_weather",
            "{\"name\": \"",
            "\", \"arguments\": ",
            "arguments",
            "parameters",
            "{\"town\": \"Nice\"}",
            "\": ",
            "Nice",
            "<tool",
            "_call>",
            "</",
            "think",
            "reasoning",
            "<parameter=",
            "<function=",
            "```json",
            "analysis",
            "commentary",
            "final",
            "assistant",
            " to=",
            "json",
            "call:",
            "invoke name=\"",
            "parameter name=\"",
            "function_calls>",
            "\" string=\"",
            "brave_search.call(",
            "<sep>",
            "functools");

    /// @param control pieces that are control tokens
    /// @param userDefined pieces that are tokens of their own and text
    public static Tokenizer of(List<String> control, List<String> userDefined) {
        List<String> words = WORDS.stream()
                .filter(word -> !control.contains(word) && !userDefined.contains(word))
                .toList();
        return of(words, control, userDefined);
    }

    /// @param words ordinary pieces of more than a byte, as text; they have the ids from [#FIRST_WORD] on
    /// @param control pieces that are control tokens
    /// @param userDefined pieces that are tokens of their own and text
    public static Tokenizer of(List<String> words, List<String> control, List<String> userDefined) {
        List<String> pieces = new ArrayList<>();
        IntStream.range(0, 256)
                .mapToObj(b -> String.valueOf(ByteLevel.charOf(b)))
                .forEach(pieces::add);
        pieces.add("th");
        words.stream()
                .map(word -> ByteLevel.encode(word.getBytes(StandardCharsets.UTF_8)))
                .forEach(pieces::add);
        pieces.addAll(control);
        pieces.addAll(userDefined);
        int[] types = new int[pieces.size()];
        Arrays.fill(types, 1);
        int special = types.length - control.size() - userDefined.size();
        Arrays.fill(types, special, special + control.size(), 3);
        Arrays.fill(types, special + control.size(), types.length, 4);
        return Tokenizer.of(new Metadata(
                "test.gguf",
                Map.of(
                        "tokenizer.ggml.model",
                        "gpt2",
                        "tokenizer.ggml.pre",
                        "gpt-2",
                        "tokenizer.ggml.tokens",
                        pieces,
                        "tokenizer.ggml.token_type",
                        types,
                        "tokenizer.ggml.merges",
                        List.of("t h"))));
    }
}
