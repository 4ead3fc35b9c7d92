package ouverture.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import ouverture.error.UnsupportedModelException;
import ouverture.text.RegexSplitter.Behavior;
import tools.jackson.databind.JsonNode;

/// The steps between text and ids that a `tokenizer.json` asks for: normalizer, pre-tokenizer, decoder.
final class JsonPipeline {
    private static final String ESCAPED_SPACE = "▁";

    /// Steps of one kind; published files have up to ten. Each takes time and stack.
    private static final int MOST_STEPS = 64;

    /// Chars that a step may put in the place of a match; published ones put one.
    private static final int LONGEST_INSERTION = 32;

    /// Chars that all normalizers together may make of one; Unicode's decompositions make up to 18.
    private static final int MOST_GROWTH = 64;

    private final TokenizerFile file;
    private final List<UnaryOperator<String>> normalizers = new ArrayList<>();
    private final List<Splitter> splitters = new ArrayList<>();
    private boolean rewrites;
    private Pipeline.Escape escape = Pipeline.Escape.NONE;
    private boolean byteLevel;
    private boolean dropsFirstSpace;

    /// @throws UnsupportedModelException if the file asks for a step that this build does not know
    JsonPipeline(TokenizerFile file) {
        this.file = file;
        readNormalizer(file.part("normalizer"));
        readPreTokenizer(file.part("pre_tokenizer"));
        readDecoder(file.part("decoder"));
    }

    boolean normalizes() {
        return !normalizers.isEmpty();
    }

    /// All normalizers in their order, which end in [ouverture.error.ModelFileException] where they make ever
    /// more of a text.
    UnaryOperator<String> normalizer() {
        return text -> {
            long most = MOST_GROWTH * (text.length() + 1L);
            String normalized = text;
            for (UnaryOperator<String> step : normalizers) {
                normalized = step.apply(normalized);
                file.expect(normalized.length() <= most, "its normalizers make more and more of a text");
            }
            return normalized;
        };
    }

    Pipeline.Escape escape() {
        return escape;
    }

    List<Splitter> splitters() {
        return List.copyOf(splitters);
    }

    /// Whether pieces are written in GPT-2's alphabet.
    boolean byteLevel() {
        return byteLevel;
    }

    Tokenizer.Rendering rendering() {
        return new Tokenizer.Rendering(byteLevel, dropsFirstSpace);
    }

    private void readNormalizer(JsonNode normalizer) {
        String type = normalizer.path("type").asString("");
        switch (type) {
            case "" -> {}
            case "Sequence" -> normalizer.path("normalizers").forEach(this::readNormalizer);
            case "NFC", "NFD", "NFKC", "NFKD" -> {
                Normalizer.Form form = Normalizer.Form.valueOf(type);
                normalize(text -> Normalizer.normalize(text, form));
            }
            case "Lowercase" -> normalize(text -> text.toLowerCase(Locale.ROOT));
            case "Prepend" -> {
                String prefix = insertion(normalizer.path("prepend"), "");
                normalize(text -> text.isEmpty() ? text : prefix + text);
            }
            case "Replace" -> {
                String content = insertion(normalizer.path("content"), "");
                JsonNode pattern = normalizer.path("pattern");
                if (pattern.path("String").isString()) {
                    String found = pattern.path("String").stringValue();
                    normalize(text -> text.replace(found, content));
                } else {
                    UntrustedPattern expression = expression(pattern);
                    normalize(text -> expression.replaceAll(text, content));
                }
            }
            default -> throw unknown("normalizer", type);
        }
    }

    private void readPreTokenizer(JsonNode step) {
        String type = step.path("type").asString("");
        switch (type) {
            case "" -> {}
            case "Sequence" -> step.path("pretokenizers").forEach(this::readPreTokenizer);
            case "ByteLevel" -> {
                if (step.path("add_prefix_space").asBoolean(true)) {
                    escape(type, (text, first) -> text.startsWith(" ") ? text : " " + text);
                }
                if (step.path("use_regex").asBoolean(true)) {
                    split(PreTokenizers.isolated(PreTokenizers.GPT2));
                }
                byteLevel = true;
            }
            case "Metaspace" -> readMetaspace(step);
            case "Split" -> split(splitter(step));
            case "Digits" ->
                split(PreTokenizers.isolated(step.path("individual_digits").asBoolean(false) ? "\\p{N}" : "\\p{N}+"));
            case "Punctuation" ->
                split(new RegexSplitter(
                        UntrustedPattern.of("[\\p{P}$+<=>^`|~]", file.name()), behavior(step.path("behavior"))));
            default -> throw unknown("pre-tokenizer", type);
        }
    }

    private void readMetaspace(JsonNode step) {
        String space = insertion(step.path("replacement"), ESCAPED_SPACE);
        boolean legacy = step.path("add_prefix_space").asBoolean(true);
        String scheme = step.path("prepend_scheme").asString(legacy ? "always" : "never");
        escape("Metaspace", (text, first) -> {
            String escaped = text.replace(" ", space);
            boolean prepends = scheme.equals("always") || scheme.equals("first") && first;
            return prepends && !escaped.startsWith(space) ? space + escaped : escaped;
        });
        if (step.path("split").asBoolean(true)) {
            split(new RegexSplitter(
                    UntrustedPattern.of("\\Q" + space + "\\E", file.name()), Behavior.MERGED_WITH_NEXT));
        }
    }

    /// Text is rewritten before it is split: a step that rewrites words of an earlier step is not known.
    private void escape(String type, Pipeline.Escape step) {
        if (!splitters.isEmpty() || rewrites) {
            throw unknown("pre-tokenizer after others", type);
        }
        escape = step;
        rewrites = true;
    }

    private void normalize(UnaryOperator<String> step) {
        file.expect(normalizers.size() < MOST_STEPS, "it has more than " + MOST_STEPS + " steps of one kind");
        normalizers.add(step);
    }

    private void split(Splitter step) {
        file.expect(splitters.size() < MOST_STEPS, "it has more than " + MOST_STEPS + " steps of one kind");
        splitters.add(step);
    }

    /// A text that a step puts into others.
    private String insertion(JsonNode node, String otherwise) {
        String text = node.asString(otherwise);
        file.expect(text.length() <= LONGEST_INSERTION, "one of its steps inserts " + text.length() + " chars");
        return text;
    }

    private Splitter splitter(JsonNode step) {
        Behavior behavior = behavior(step.path("behavior"));
        boolean invert = step.path("invert").asBoolean(false);
        boolean removes = step.path("behavior").asString("").equals("Removed");
        // Inverted patterns of published files match everything, and then what lies between is nothing.
        if (invert && behavior != Behavior.ISOLATED || removes && !invert) {
            throw unknown("splitting behaviour", step.path("behavior").asString(""));
        }
        JsonNode regex = step.path("pattern").path("Regex");
        if (regex.isString() && behavior == Behavior.ISOLATED) {
            return PreTokenizers.scanner(regex.stringValue())
                    .orElseGet(() -> new RegexSplitter(expression(step.path("pattern")), behavior));
        }
        return new RegexSplitter(expression(step.path("pattern")), behavior);
    }

    private Behavior behavior(JsonNode behavior) {
        return switch (behavior.asString("Isolated")) {
            case "Isolated", "Removed" -> Behavior.ISOLATED;
            case "MergedWithPrevious" -> Behavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> Behavior.MERGED_WITH_NEXT;
            case "Contiguous" -> Behavior.CONTIGUOUS;
            default -> throw unknown("splitting behaviour", behavior.asString(""));
        };
    }

    private UntrustedPattern expression(JsonNode pattern) {
        if (pattern.path("Regex").isString()) {
            return UntrustedPattern.of(pattern.path("Regex").stringValue(), file.name());
        }
        file.expect(pattern.path("String").isString(), "a pattern is neither a string nor an expression");
        return UntrustedPattern.of(
                java.util.regex.Pattern.quote(pattern.path("String").stringValue()), file.name());
    }

    private void readDecoder(JsonNode decoder) {
        String type = decoder.path("type").asString("");
        switch (type) {
            case "", "ByteLevel", "ByteFallback", "Fuse" -> {}
            case "Sequence" -> decoder.path("decoders").forEach(this::readDecoder);
            case "Strip" -> dropsFirstSpace |= decoder.path("start").asInt(0) > 0;
            case "Metaspace" -> {
                boolean legacy = decoder.path("add_prefix_space").asBoolean(true);
                dropsFirstSpace |= !decoder.path("prepend_scheme")
                        .asString(legacy ? "always" : "never")
                        .equals("never");
            }
            case "Replace" -> {
                boolean space =
                        decoder.path("pattern").path("String").asString("").equals(ESCAPED_SPACE);
                if (!space || !decoder.path("content").asString("").equals(" ")) {
                    throw unknown("decoder", type);
                }
            }
            default -> throw unknown("decoder", type);
        }
    }

    private UnsupportedModelException unknown(String what, String type) {
        return new UnsupportedModelException(
                file.name() + ": the " + what + " \"" + type + "\" is not known to this build.");
    }
}
