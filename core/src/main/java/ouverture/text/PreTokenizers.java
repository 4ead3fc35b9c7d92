package ouverture.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import ouverture.error.UnsupportedModelException;
import ouverture.text.RegexSplitter.Behavior;
import ouverture.text.WordScanner.Contraction;
import ouverture.text.WordScanner.Word;

/// The splitting rules of published byte-pair encodings: by the names that GGUF files give them
/// (`tokenizer.ggml.pre`, llama.cpp's names) and by the regular expressions that tokenizer.json files spell out.
final class PreTokenizers {
    /// What a name stands for.
    ///
    /// @param splitters applied one after the other, each to the words of the one before
    /// @param ignoresMerges whether a word that is a piece becomes that piece, whatever the merges say
    /// @param addsBegin whether a text begins with the begin-of-text token unless the file says otherwise
    record Rule(List<Splitter> splitters, boolean ignoresMerges, boolean addsBegin) {
        private Rule(Splitter... splitters) {
            this(List.of(splitters), false, false);
        }
    }

    static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String PREFIX = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    static final String LLAMA3 =
            CONTRACTION + "|" + PREFIX + "\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + SPACES;
    static final String QWEN2 = CONTRACTION + "|" + PREFIX + "\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + SPACES;
    static final String QWEN35 =
            CONTRACTION + "|" + PREFIX + "[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*" + SPACES;

    private static final String NOT_LOWER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String NOT_UPPER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

    static final String GPT_4O = cased(NOT_LOWER, NOT_UPPER, CONTRACTION + "?") + "|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + SPACES;
    static final String TEKKEN = cased(NOT_LOWER, NOT_UPPER, "") + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + SPACES;
    static final String KIMI_K2 = "[\\p{Han}]+|"
            + cased(
                    "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]",
                    "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]",
                    CONTRACTION + "?")
            + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + SPACES;

    /// Expressions that are scanned by hand.
    static final Map<String, WordScanner> SCANNERS = Map.of(
            GPT2, new WordScanner(Word.AFTER_SPACE, Contraction.SMALL_WORD, Integer.MAX_VALUE, false),
            LLAMA3, new WordScanner(Word.LETTERS, Contraction.WORD, 3, false),
            QWEN2, new WordScanner(Word.LETTERS, Contraction.WORD, 1, false),
            QWEN35, new WordScanner(Word.MARKED, Contraction.WORD, 1, false),
            GPT_4O, new WordScanner(Word.CASED, Contraction.SUFFIX, 3, true),
            TEKKEN, new WordScanner(Word.CASED, Contraction.NONE, 1, true),
            KIMI_K2, new WordScanner(Word.CASED_AND_HAN, Contraction.SUFFIX, 3, false));

    private static final String DEEPSEEK_V3 = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
            + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*" + SPACES;

    /// Cased letters as DeepSeek's first tokenizer lists them: those of Unicode 10 without mathematical ones.
    private static final String DEEPSEEK_LLM_LETTERS = "A-Za-z\\u00B5\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u01BA"
            + "\\u01BC-\\u01BF\\u01C4-\\u0293\\u0295-\\u02AF\\u0370-\\u0373\\u0376\\u0377\\u037B-\\u037D\\u037F\\u0386"
            + "\\u0388-\\u038A\\u038C\\u038E-\\u03A1\\u03A3-\\u03F5\\u03F7-\\u0481\\u048A-\\u052F\\u0531-\\u0556"
            + "\\u10A0-\\u10C5\\u13A0-\\u13F5\\u13F8-\\u13FD"
            + "\\u1C90-\\u1CBA\\u1CBD-\\u1CBF\\u1D00-\\u1D2B\\u1D6B-\\u1D77"
            + "\\u1D79-\\u1D9A\\u1E00-\\u1F15\\u1F18-\\u1F1D\\u1F20-\\u1F45\\u1F48-\\u1F4D\\u1F50-\\u1F57\\u1F59\\u1F5B"
            + "\\u1F5D\\u1F5F-\\u1F7D\\u1F80-\\u1FB4\\u1FB6-\\u1FBC\\u1FBE\\u1FC2-\\u1FC4\\u1FC6-\\u1FCC\\u1FD0-\\u1FD3"
            + "\\u1FD6-\\u1FDB\\u1FE0-\\u1FEC\\u1FF2-\\u1FF4\\u1FF6-\\u1FFC\\u2102\\u2107\\u210A-\\u2113\\u2115"
            + "\\u2119-\\u211D\\u2124\\u2126\\u2128\\u212A-\\u212D\\u212F-\\u2134\\u2139\\u213C-\\u213F\\u2145-\\u2149"
            + "\\u214E\\u2183\\u2184\\u2C00-\\u2C7B\\u2C7E-\\u2CE4\\u2CEB-\\u2CEE\\u2CF2\\u2CF3\\uA640-\\uA66D"
            + "\\uA680-\\uA69B\\uA722-\\uA76F\\uA771-\\uA787\\uA78B-\\uA78E\\uAB70-\\uABBF"
            + "\\uFB00-\\uFB06\\uFB13-\\uFB17"
            + "\\uFF21-\\uFF3A\\uFF41-\\uFF5A\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}"
            + "\\x{10C80}-\\x{10CB2}\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}";
    private static final String DEEPSEEK_LLM_PUNCTUATION =
            "!-/:-~\\uFF01-\\uFF0F\\uFF1A-\\uFF5E\\u2018-\\u201F\\u3000-\\u3002";
    private static final String DEEPSEEK_LLM_ASIAN = "[\\u4E00-\\u9FA5\\u0800-\\u4E00\\uAC00-\\uD7FF]+";

    private PreTokenizers() {}

    /// The rule of a name in `tokenizer.ggml.pre`.
    ///
    /// @throws UnsupportedModelException if the name is unknown
    static Rule named(String name, String file) {
        return switch (name) {
            case "gpt-2",
                    "phi-2",
                    "gigachat",
                    "a.x-4.0",
                    "mellum",
                    "modern-bert",
                    "jina-es",
                    "jina-de",
                    "jina-v2-es",
                    "jina-v2-de",
                    "exaone4",
                    "mpt",
                    "olmo",
                    "jais",
                    "trillion",
                    "granite-docling" -> new Rule(isolated(GPT2));
            case "llama3",
                    "llama-v3",
                    "llama-bpe",
                    "falcon3",
                    "falcon-h1",
                    "pixtral",
                    "midm-2.0",
                    "lfm2",
                    "jina-v5-nano" -> new Rule(List.of(isolated(LLAMA3)), true, true);
            case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe" -> new Rule(isolated(LLAMA3));
            case "qwen2",
                    "deepseek-r1-qwen",
                    "kormo",
                    "f2llmv2",
                    "megrez",
                    "stablelm2",
                    "hunyuan",
                    "solar-open",
                    "grok-2" -> new Rule(isolated(QWEN2));
            case "qwen35" -> new Rule(isolated(QWEN35));
            case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2" -> new Rule(isolated(GPT_4O));
            case "tekken" -> new Rule(List.of(isolated(TEKKEN)), true, true);
            case "kimi-k2" -> new Rule(isolated(KIMI_K2));
            case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4" ->
                new Rule(
                        isolated("\\p{N}{1,3}"),
                        isolated("[\\u4E00-\\u9FA5\\u3040-\\u309F\\u30A0-\\u30FF]+"),
                        isolated(DEEPSEEK_V3));
            case "deepseek-llm" -> deepSeekLlm();
            case "deepseek-coder" -> deepSeekCoder();
            case "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2" ->
                new Rule(isolated("\\p{N}"), isolated(GPT2));
            case "falcon" ->
                new Rule(isolated("[\\p{P}\\$\\+<=>\\^~\\|`]+"), isolated(GPT2), isolated("[0-9][0-9][0-9]"));
            case "default" ->
                new Rule(
                        isolated("[\\p{P}\\$\\+<=>\\^~\\|]+"),
                        isolated(GPT2),
                        isolated("\\p{N}+"),
                        isolated("[0-9][0-9][0-9]"));
            default ->
                throw new UnsupportedModelException(
                        file + ": the pre-tokenizer \"" + name + "\" (tokenizer.ggml.pre) is not known to this build.");
        };
    }

    private static Rule deepSeekLlm() {
        return new Rule(
                isolated("[\\r\\n]"),
                isolated("\\s?[" + DEEPSEEK_LLM_LETTERS + "]+"),
                isolated("\\s?[" + DEEPSEEK_LLM_PUNCTUATION + "]+"),
                PreTokenizers::splitTrailingSpace,
                isolated(DEEPSEEK_LLM_ASIAN),
                isolated("\\p{N}+"));
    }

    private static Rule deepSeekCoder() {
        return new Rule(
                isolated("[\\r\\n]"),
                isolated("\\s?\\p{L}+"),
                isolated("\\s?\\p{P}+"),
                isolated(DEEPSEEK_LLM_ASIAN),
                isolated("\\p{N}"));
    }

    /// The scanner that splits as a regular expression does, if there is one.
    static Optional<Splitter> scanner(String expression) {
        return Optional.ofNullable(SCANNERS.get(expression));
    }

    /// The regular expression that splits as a rule does; empty if it takes several.
    static Optional<String> expression(Rule rule) {
        return SCANNERS.entrySet().stream()
                .filter(entry -> rule.splitters().equals(List.of(entry.getValue())))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /// Splits into the matches of a regular expression and the text between them.
    static Splitter isolated(String expression) {
        return scanner(expression)
                .orElseGet(() -> new RegexSplitter(UntrustedPattern.of(expression, "ouverture"), Behavior.ISOLATED));
    }

    private static String cased(String notLower, String notUpper, String suffix) {
        return Stream.of(notLower + "*" + notUpper + "+", notLower + "+" + notUpper + "*")
                .map(word -> PREFIX + word + suffix)
                .reduce("", (a, b) -> a.isEmpty() ? b : a + "|" + b);
    }

    /// `\s+$`, which a backtracking expression looks for in quadratic time.
    private static void splitTrailingSpace(String text, int from, int to, Splitter.Words words) {
        int space = to;
        while (space > from && CodePoints.isSpace(text.charAt(space - 1))) {
            space--;
        }
        if (space > from) {
            words.accept(from, space);
        }
        if (space < to) {
            words.accept(space, to);
        }
    }
}
