package ouverture.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;

/// Says a `tokenizer.json` in the keys of a GGUF header. That has names for a few kinds of tokenizers only, so
/// each one that comes into question is built and must give the same ids: for texts of many scripts, for every
/// piece, and for every added token.
final class GgufKeysOfJson {
    private static final String PREFIX = "tokenizer.ggml.";

    /// One name for each splitting rule of [PreTokenizers], as other engines know it too.
    private static final List<String> RULES = List.of(
            "gpt-2",
            "llama-bpe",
            "smaug-bpe",
            "qwen2",
            "qwen35",
            "gpt-4o",
            "tekken",
            "kimi-k2",
            "deepseek-v3",
            "deepseek-llm",
            "deepseek-coder",
            "starcoder",
            "falcon",
            "default");

    /// Texts in which splitting rules differ: contractions, letters of many scripts with and without marks, runs
    /// of digits, signs and white space.
    private static final List<String> PROBES = List.of(
            "",
            "Hello, world! I'm sure they'LL say we've WON'T 're 'S it's IT'S O'Neill's",
            "camelCase PascalCase HTTPServer xML naïve Ünïcödé ǅungla ªº ʰʲ straße ΑΒΓ αβγ Привет МИР",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz",
            "1 12 123 1234 12345 123456 1234567 12345678 ٣٤٥٦٧ १२३४ ½ ² Ⅷ 3.14159 1,000,000 0x1F 10/11/2012",
            "a  b   c    d\te\t\tf \u00A0g\u2003h \n i\n\nj \n\n k\r\nl\r\n\r\nm  \n  \n\tn   ",
            "   leading\n\n\n   and trailing   \n\n",
            "f(x)=[{\"a\":1,\"b\":-2}];//!? /* #$%&*+<>@^_`|~ */ http://example.org/a/b?c=d&e=f ... --- !!\n//\n/x",
            "日本語のテキスト、中文字符。한국어 문장 ﾊﾝｶｸ カタカナ ひらがな １２３ ＡＢＣ ・「」",
            "हिन्दी में पाठ বাংলা தமிழ் ไทยภาษา ភាសាខ្មែរ العربيّة עִבְרִית",
            "e\u0301 o\u0308 \u0301 x\u0301\u0302y 🎉👩\u200D👩\u200D👧🏽 €100 £5 ™ ∑∫ → ▁ Ġ Ċ",
            "The quick brown fox jumps over 13 lazy dogs.\n\tdef main():\n\t\treturn 'ok' # done\n");

    private final TokenizerFile file;
    private final Metadata metadata;
    private final JsonTokenizer parts;
    private final Tokenizer original;
    private final int size;

    private GgufKeysOfJson(Path tokenizerJson, Metadata metadata, int embeddings) {
        this.file = TokenizerFile.read(tokenizerJson);
        this.metadata = metadata;
        this.parts = new JsonTokenizer(file, metadata);
        this.original = parts.build();
        this.size = Math.min(original.size(), embeddings);
    }

    /// @param embeddings rows of the model's table; tokens beyond them are left out
    /// @throws ouverture.error.ModelFileException if the file is damaged
    /// @throws UnsupportedModelException if no kind of tokenizer that GGUF has a name for does the same
    static GgufKeys of(Path tokenizerJson, Metadata metadata, int embeddings) {
        return new GgufKeysOfJson(tokenizerJson, metadata, embeddings).keys();
    }

    private GgufKeys keys() {
        Map<String, Object> common = common();
        return (parts.steps().byteLevel() ? byteLevel() : sentencePiece())
                .map(kind -> {
                    Map<String, Object> values = new LinkedHashMap<>(common);
                    values.putAll(kind);
                    return values;
                })
                .flatMap(values -> checked(values).stream())
                .findFirst()
                .orElseThrow(() -> new UnsupportedModelException(file.name()
                        + " splits text in a way that a GGUF header has no name for: --no-tokenizer writes the weights"
                        + " alone."));
    }

    /// What is said alike for all kinds: the vocabulary, and the tokens with a meaning.
    private Map<String, Object> common() {
        Map<String, Object> values = new LinkedHashMap<>();
        String[] pieces = new String[size];
        int[] types = new int[size];
        for (int id = 0; id < size; id++) {
            String piece = original.piece(id);
            pieces[id] = piece.isEmpty() ? "[PAD" + id + "]" : piece;
            types[id] = original.kind(id).ggufNumber();
        }
        values.put(PREFIX + "tokens", Arrays.asList(pieces));
        values.put(PREFIX + "token_type", types);
        SpecialTokens special = parts.special();
        addRole(values, "bos", special.bos(), special.before());
        addRole(values, "eos", special.eos(), special.after());
        if (parts.unknown() != Vocabulary.ABSENT) {
            values.put(PREFIX + "unknown_token_id", (long) parts.unknown());
        }
        values.put(
                PREFIX + "eos_token_ids",
                special.endings().stream().filter(this::isKept).toArray());
        return values;
    }

    private boolean isKept(int id) {
        return id < size;
    }

    private void addRole(Map<String, Object> values, String role, List<Integer> usual, List<Integer> added) {
        // What is put around texts counts more than what the role is said to be.
        Stream.concat(added.stream(), usual.stream())
                .filter(this::isKept)
                .findFirst()
                .ifPresent(id -> values.put(PREFIX + role + "_token_id", (long) id));
        values.put(PREFIX + "add_" + role + "_token", !added.isEmpty());
    }

    /// Kinds of tokenizers with GPT-2's alphabet that split the probes as the file does.
    private Stream<Map<String, Object>> byteLevel() {
        List<Splitter> splitters = parts.steps().splitters();
        List<List<Integer>> expected =
                PROBES.stream().map(text -> words(splitters, text)).toList();
        boolean ignoresMerges = file.setting("ignore_merges").asBoolean(false);
        return RULES.stream()
                .filter(name -> {
                    PreTokenizers.Rule rule = PreTokenizers.named(name, file.name());
                    return rule.ignoresMerges() == ignoresMerges
                            && PROBES.stream()
                                    .map(text -> words(rule.splitters(), text))
                                    .toList()
                                    .equals(expected);
                })
                .map(name -> Map.of(PREFIX + "model", "gpt2", PREFIX + "pre", name, PREFIX + "merges", merges()));
    }

    /// Where the words of a text end.
    private static List<Integer> words(List<Splitter> splitters, String text) {
        List<Integer> ends = new ArrayList<>(List.of(text.length()));
        for (Splitter splitter : splitters) {
            List<Integer> finer = new ArrayList<>();
            int start = 0;
            for (int end : ends) {
                splitter.split(text, start, end, (_, to) -> finer.add(to));
                start = end;
            }
            ends = finer;
        }
        return ends;
    }

    private Stream<Map<String, Object>> sentencePiece() {
        float[] scores = scores();
        List<Map<String, Object>> kinds = new ArrayList<>();
        for (boolean prefix : new boolean[] {true, false}) {
            kinds.add(Map.of(
                    PREFIX + "model",
                    "llama",
                    PREFIX + "pre",
                    "default",
                    PREFIX + "scores",
                    scores,
                    PREFIX + "add_space_prefix",
                    prefix));
        }
        // For many texts both do the same; other engines expect this one of this family.
        boolean gemma4 = metadata.architecture().equals("gemma4");
        kinds.add(gemma4 ? 0 : kinds.size(), Map.of(PREFIX + "model", "gemma4", PREFIX + "merges", merges()));
        return kinds.stream();
    }

    private List<String> merges() {
        return file.merges().stream()
                .map(merge -> merge.replace(TokenizerFile.SEPARATOR, ' '))
                .toList();
    }

    /// Scores that say what the merges say: the earlier a piece is made, the better.
    private float[] scores() {
        float[] scores = new float[size];
        Arrays.fill(scores, -file.merges().size());
        List<String> merges = file.merges();
        for (int rank = merges.size() - 1; rank >= 0; rank--) {
            String merged = merges.get(rank).replace(String.valueOf(TokenizerFile.SEPARATOR), "");
            int score = -rank;
            original.id(merged).stream().filter(this::isKept).forEach(id -> scores[id] = score);
        }
        return scores;
    }

    /// The keys, if a tokenizer that is built from them gives the same ids.
    private Optional<GgufKeys> checked(Map<String, Object> values) {
        Tokenizer tokenizer = Tokenizer.of(new Metadata(metadata.file(), values));
        boolean alike = PROBES.stream().allMatch(text -> sameIds(tokenizer, text, true, false))
                && IntStream.range(0, size).allMatch(id -> sameEntry(tokenizer, id));
        return alike ? Optional.of(new GgufKeys(values, notes(tokenizer))) : Optional.empty();
    }

    private boolean sameEntry(Tokenizer tokenizer, int id) {
        if (tokenizer.endsGeneration(id) != original.endsGeneration(id)) {
            return false;
        }
        return original.kind(id) != TokenKind.NORMAL
                || sameIds(tokenizer, new String(original.rawBytes(id), StandardCharsets.UTF_8), false, false);
    }

    /// Texts that a normalizer changes are left out, since a GGUF header has no word for one.
    private boolean sameIds(Tokenizer tokenizer, String text, boolean addSpecial, boolean parseSpecial) {
        return composes() && !Normalizer.isNormalized(text, Normalizer.Form.NFC)
                || Arrays.equals(
                        tokenizer.encode(text, addSpecial, parseSpecial),
                        original.encode(text, addSpecial, parseSpecial));
    }

    /// Whether the file puts letters and their marks together (NFC).
    private boolean composes() {
        return parts.steps().normalizer().apply("e\u0301").contains("\u00E9");
    }

    private List<String> notes(Tokenizer tokenizer) {
        List<String> notes = new ArrayList<>();
        if (composes()) {
            notes.add("a GGUF header cannot say that letters and marks are to be composed (NFC), as " + file.name()
                    + " does; text that is not composed gets other tokens.");
        }
        long strict = IntStream.range(0, size)
                .filter(id -> switch (original.kind(id)) {
                    case CONTROL, UNKNOWN, USER_DEFINED ->
                        !sameIds(tokenizer, "a " + original.piece(id) + " b", false, true);
                    case NORMAL, UNUSED, BYTE -> false;
                })
                .count();
        if (strict > 0) {
            notes.add("a GGUF header cannot say what " + file.name() + " does with white space beside " + strict
                    + " of its added tokens; it stays.");
        }
        return notes;
    }
}
