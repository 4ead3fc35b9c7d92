package ouverture.text;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;

/// A tokenizer.json must give the ids of the GGUF header that it was written from, and a bad one a sentence.
class JsonTokenizerTest {
    /// Splitting expressions that models publish, by the names that GGUF gives them.
    private static final Map<String, List<String>> EXPRESSIONS = Map.of(
            "gpt-2", List.of(PreTokenizers.GPT2),
            "llama-bpe", List.of(PreTokenizers.LLAMA3),
            "dbrx", List.of(PreTokenizers.LLAMA3),
            "qwen2", List.of(PreTokenizers.QWEN2),
            "qwen35", List.of(PreTokenizers.QWEN35),
            "gpt-4o", List.of(PreTokenizers.GPT_4O),
            "tekken", List.of(PreTokenizers.TEKKEN),
            "kimi-k2", List.of(PreTokenizers.KIMI_K2),
            "deepseek-coder", List.of("[\r\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-\uD7FF]+", "\\p{N}"));

    /// Published vocabularies that are small enough for a quick test.
    private static final Set<String> PUBLISHED = Set.of("gpt-2", "llama-spm", "deepseek-coder");

    @TempDir
    private static Path scratch;

    /// The `tokenizer.json` of a GGUF vocabulary.
    ///
    /// @param variant whether merges are lists of pieces, and spaces the pre-tokenizer's business
    static HuggingFaceFile convert(Metadata metadata, boolean variant) {
        String model = metadata.string("tokenizer.ggml.model").orElseThrow();
        if (model.equals("gpt2")) {
            String pre = metadata.string("tokenizer.ggml.pre").orElseThrow();
            boolean ignores = pre.equals("llama-bpe") || pre.equals("tekken");
            return HuggingFaceFile.byteLevel(metadata, EXPRESSIONS.getOrDefault(pre, List.of()), ignores, variant);
        }
        boolean prefix = model.equals("llama") && metadata.flag("tokenizer.ggml.add_space_prefix", true);
        return HuggingFaceFile.sentencePiece(metadata, prefix, variant && !prefix);
    }

    /// Whether [#convert] knows the kind of a vocabulary.
    static boolean isConvertible(TestVocabulary vocabulary, Path scratch) {
        if (!vocabulary.name().startsWith("tiny/") && !PUBLISHED.contains(vocabulary.name())) {
            return false;
        }
        Metadata metadata = vocabulary.metadata(scratch);
        boolean bytes = metadata.string("tokenizer.ggml.model").orElseThrow().equals("gpt2");
        return !bytes
                || EXPRESSIONS.containsKey(metadata.string("tokenizer.ggml.pre").orElse("default"));
    }

    @TestFactory
    Stream<DynamicTest> givesTheIdsOfTheSameGgufVocabulary() {
        return TestVocabulary.all().stream()
                .filter(vocabulary -> isConvertible(vocabulary, scratch))
                .flatMap(vocabulary -> Stream.of(true, false)
                        .map(variant -> DynamicTest.dynamicTest(
                                vocabulary + (variant ? ", merges in pairs" : ""),
                                () -> checkConverted(vocabulary, variant))));
    }

    private static void checkConverted(TestVocabulary vocabulary, boolean variant) {
        Metadata metadata = vocabulary.metadata(scratch);
        Tokenizer gguf = Tokenizer.of(metadata);
        int[] before = gguf.encode("", true, false);
        HuggingFaceFile file =
                convert(metadata, variant).template(IntStream.of(before).boxed().toList());
        compare(gguf, Tokenizer.ofJson(file.write(scratch), metadata), vocabulary.texts());
    }

    /// Checks that two tokenizers give the same ids for texts, recorded and random, and the same texts for ids.
    static void compare(Tokenizer gguf, Tokenizer json, List<String> vectors) {
        assertThat(json.size()).isEqualTo(gguf.size());
        List<String> texts = new ArrayList<>(vectors);
        Random random = new Random(7);
        IntStream.range(0, 300).forEach(i -> texts.add(RandomText.of(random, 10)));
        for (String text : texts) {
            assertThat(json.encode(text, true, false)).as(text).isEqualTo(gguf.encode(text, true, false));
            int[] ids = gguf.encode(text, false, false);
            assertThat(json.decode(ids)).isEqualTo(gguf.decode(ids));
        }
        for (int id = 0; id < json.size(); id++) {
            assertThat(json.endsGeneration(id)).isEqualTo(gguf.endsGeneration(id));
        }
    }

    /// Writes a file with a byte-level vocabulary of three letters and a few added tokens.
    private static HuggingFaceFile small() {
        Map<String, Object> values = new HashMap<>();
        values.put("tokenizer.ggml.tokens", List.of("a", "b", "ab", "Ġ", "<s>", "</s>", "<u>"));
        values.put("tokenizer.ggml.token_type", new int[] {1, 1, 1, 1, 3, 3, 4});
        values.put("tokenizer.ggml.merges", List.of("a b"));
        return HuggingFaceFile.byteLevel(new Metadata("small", values), List.of(PreTokenizers.GPT2), false, true);
    }

    private static Tokenizer open(HuggingFaceFile file) {
        return Tokenizer.ofJson(file.write(scratch), new Metadata("small", Map.of()));
    }

    @Test
    void filesBesideItSayWhatBeginsAndEnds() throws IOException {
        Path file = small().template(List.of(4)).write(scratch);
        Files.writeString(file.resolveSibling("tokenizer_config.json"), """
                {"bos_token": {"content": "<s>"}, "eos_token": "<u>", "add_bos_token": false, "add_eos_token": true}
                """);
        Files.writeString(file.resolveSibling("generation_config.json"), "{\"eos_token_id\": [2, 99]}");
        Tokenizer tokenizer = Tokenizer.ofJson(file, new Metadata("small", Map.of()));
        assertThat(tokenizer.bos()).hasValue(4);
        assertThat(tokenizer.eos()).hasValue(6);
        assertThat(tokenizer.encode("ab", true, false)).containsExactly(2, 6);
        assertThat(IntStream.range(0, 7).filter(tokenizer::endsGeneration)).containsExactly(2, 5, 6);
    }

    @Test
    void theHeaderSaysItWhereNoFileDoes() {
        Metadata metadata = new Metadata("small", Map.of("tokenizer.ggml.eos_token_id", 0L, "vocab_size", 9L));
        Tokenizer tokenizer = Tokenizer.ofJson(small().write(scratch), metadata);
        assertThat(tokenizer.eos()).hasValue(0);
        assertThat(tokenizer.endsGeneration(0)).isTrue();
        assertThat(tokenizer.size()).isEqualTo(9);
        assertThat(tokenizer.kind(8)).isEqualTo(TokenKind.UNUSED);
        assertThat(tokenizer.bytes(8)).isEmpty();
    }

    @Test
    void addedTokensTakeSpaceAndKeepToWords() {
        HuggingFaceFile file = small();
        file.root()
                .withArray("added_tokens")
                .addObject()
                .put("id", 7)
                .put("content", "<m>")
                .put("lstrip", true)
                .put("rstrip", true)
                .put("special", false);
        file.root()
                .withArray("added_tokens")
                .addObject()
                .put("id", 8)
                .put("content", "bb")
                .put("single_word", true)
                .put("special", false);
        Tokenizer tokenizer = open(file);
        assertThat(tokenizer.encode("a  <m> b", false, false)).containsExactly(0, 7, 1);
        assertThat(tokenizer.encode("bb abb", false, false)).containsExactly(8, 3, 2, 1);
        assertThat(tokenizer.encode("<s>a<u>", false, false)).containsExactly(0, 6);
        assertThat(tokenizer.encode("<s>a<u>", false, true)).containsExactly(4, 0, 6);
    }

    @Test
    void normalizersRewriteTextAndTheTokensFoundInIt() {
        HuggingFaceFile file = small();
        var steps = file.root().putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        steps.addObject().put("type", "NFKC");
        steps.addObject().put("type", "Lowercase");
        steps.addObject()
                .put("type", "Replace")
                .put("content", "b")
                .putObject("pattern")
                .put("Regex", "[xy]+");
        file.root()
                .withArray("added_tokens")
                .addObject()
                .put("id", 7)
                .put("content", "AA")
                .put("normalized", true)
                .put("special", false);
        Tokenizer tokenizer = open(file);
        assertThat(tokenizer.encode("Ａxyx", false, false)).containsExactly(2);
        assertThat(tokenizer.encode("aAb", false, false)).containsExactly(7, 1);
    }

    @Test
    void metaspaceSplitsAndPrefixesAsItSays() {
        Map<String, Object> values = new HashMap<>();
        values.put("tokenizer.ggml.tokens", List.of("▁", "a", "▁a", "a▁", "<u>", "?"));
        values.put("tokenizer.ggml.token_type", new int[] {1, 1, 1, 1, 4, 2});
        values.put("tokenizer.ggml.merges", List.of("a ▁", "▁ a"));
        values.put("tokenizer.ggml.unknown_token_id", 5L);
        HuggingFaceFile file = HuggingFaceFile.sentencePiece(new Metadata("small", values), true, true);
        assertThat(open(file).encode("a a<u>a", false, false)).containsExactly(0, 3, 1, 4, 2);
        var metaspace = (tools.jackson.databind.node.ObjectNode) file.root().path("pre_tokenizer");
        metaspace.put("split", true).put("prepend_scheme", "first");
        assertThat(open(file).encode("a a<u>a", false, false)).containsExactly(2, 2, 4, 1);
        metaspace.put("prepend_scheme", "never");
        assertThat(open(file).encode("a a<u>az", false, false)).containsExactly(1, 2, 4, 1, 5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"model\": {\"vocab\": {\"a\": \"b\"}}}",
                "{\"model\": {\"vocab\": {}}}",
                "{\"model\": {\"vocab\": {\"a\": 99999999999}}}",
                "{\"model\": {\"vocab\": {\"a\": 4000000}}}",
                "{\"model\": {\"vocab\": {\"a\": -1}}}",
                "{\"model\": {\"vocab\": {\"a\": 0}, \"merges\": [\"ab\"]}}",
                "{\"model\": {\"vocab\": {\"a\": 0}, \"merges\": [[\"a\"]]}}",
                "{\"model\": {\"vocab\": {\"a\": 0}, \"merges\": [7]}}",
                "{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"content\": \"x\"}]}"
            })
    void aDamagedFileIsRefusedInOneSentence(String content) throws IOException {
        Path file = Files.createTempDirectory(scratch, "bad").resolve("tokenizer.json");
        Files.writeString(file, content);
        assertThatThrownBy(() -> Tokenizer.ofJson(file, new Metadata("small", Map.of())))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageEndingWith(".")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFileOfAbsurdLengthIsNotRead() throws IOException {
        Path file = scratch.resolve("long.json");
        try (var channel = Files.newByteChannel(file, CREATE_NEW, WRITE, SPARSE)) {
            channel.position(1L << 30).write(ByteBuffer.allocate(1));
        }
        assertThatThrownBy(() -> Tokenizer.ofJson(file, new Metadata("small", Map.of())))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("1073741825 bytes long");
    }

    @Test
    void aMissingFileIsRefused() {
        assertThatThrownBy(() -> Tokenizer.ofJson(scratch.resolve("none.json"), new Metadata("small", Map.of())))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("none.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"normalizer", "pre_tokenizer", "post_processor", "decoder"})
    void anUnknownStepIsNamed(String part) {
        HuggingFaceFile file = small();
        file.root().putObject(part).put("type", "Mystery");
        assertThatThrownBy(() -> open(file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("\"Mystery\"");
    }

    @Test
    void stepsThatMultiplyTextAreStopped() {
        HuggingFaceFile file = small();
        var steps = file.root().putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        for (int i = 0; i < 40; i++) {
            steps.addObject()
                    .put("type", "Replace")
                    .put("content", "aa")
                    .putObject("pattern")
                    .put("String", "a");
        }
        Tokenizer tokenizer = open(file);
        assertThat(tokenizer.encode("b", false, false)).containsExactly(1);
        assertThatThrownBy(() -> tokenizer.encode("a", false, false))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("normalizers");
    }

    @Test
    void longInsertionsAndEndlessStepsAreRefused() {
        HuggingFaceFile prepending = small();
        prepending.root().putObject("normalizer").put("type", "Prepend").put("prepend", "a".repeat(1000));
        assertThatThrownBy(() -> open(prepending))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("1000 chars");

        HuggingFaceFile splitting = small();
        var steps = splitting
                .root()
                .putObject("pre_tokenizer")
                .put("type", "Sequence")
                .putArray("pretokenizers");
        for (int i = 0; i < 10_000; i++) {
            steps.addObject().put("type", "Digits");
        }
        assertThatThrownBy(() -> open(splitting))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("more than 64 steps");
    }

    @Test
    void anUnknownModelIsNamed() {
        HuggingFaceFile file = small();
        file.model().put("type", "Unigram");
        assertThatThrownBy(() -> open(file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("\"Unigram\"");
    }

    @Test
    void anIdOfTheTemplateOutOfRangeIsNamed() {
        HuggingFaceFile file = small();
        file.root()
                .putObject("post_processor")
                .put("type", "RobertaProcessing")
                .putArray("cls")
                .add("<s>")
                .add(400);
        assertThatThrownBy(() -> open(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("400");
    }
}
