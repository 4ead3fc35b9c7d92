package ouverture.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a Hugging Face folder holds of text beside the weights: the tokenizer, the tokens that end an answer
/// with the settings to sample with, and the chat template. The opposite of [GgufKeys].
///
/// Source: the files that the tokenizers and transformers libraries write.
public final class HuggingFaceFiles {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final List<String> TOKENIZER = List.of("tokenizer.json", "tokenizer_config.json");

    /// Sampling settings of GGUF's header by their names in `generation_config.json`.
    private static final Map<String, String> SAMPLING = Map.of(
            "temperature", "general.sampling.temp",
            "top_p", "general.sampling.top_p",
            "min_p", "general.sampling.min_p",
            "repetition_penalty", "general.sampling.penalty_repeat");

    private final JsonMapper json = JsonMapper.shared();
    private final Metadata metadata;

    private HuggingFaceFiles(Metadata metadata) {
        this.metadata = metadata;
    }

    /// The contents of the files by name; of a model without tokenizer there is no file for one. A
    /// `tokenizer.json` beside the weights is taken as it is.
    ///
    /// @throws ModelFileException if the tokenizer is damaged, or a file cannot be read
    /// @throws UnsupportedModelException if a `tokenizer.json` has no words for what the tokenizer does
    public static Map<String, byte[]> of(ModelFile model) {
        HuggingFaceFiles writer = new HuggingFaceFiles(model.metadata());
        Map<String, byte[]> files = new LinkedHashMap<>();
        Tokenizer tokenizer = Tokenizer.find(model).orElse(null);
        if (tokenizer != null && model.tokenizerJson().isPresent()) {
            for (String name : TOKENIZER) {
                Path file = model.tokenizerJson().get().resolveSibling(name);
                if (Files.exists(file)) {
                    files.put(name, copy(file));
                }
            }
        } else if (tokenizer != null) {
            files.put(TOKENIZER.get(0), writer.bytes(writer.tokenizer(tokenizer)));
            files.put(TOKENIZER.get(1), writer.bytes(writer.tokenizerConfig(tokenizer)));
        }
        if (tokenizer != null) {
            files.put("generation_config.json", writer.bytes(writer.generation(tokenizer)));
        }
        writer.metadata
                .string("tokenizer.chat_template")
                .ifPresent(template -> files.put("chat_template.jinja", template.getBytes(StandardCharsets.UTF_8)));
        return files;
    }

    private static byte[] copy(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ModelFileException(file + " cannot be read (" + e.getMessage() + "): check its permissions.", e);
        }
    }

    private byte[] bytes(ObjectNode object) {
        return (object.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode tokenizer(Tokenizer tokenizer) {
        String kind = metadata.string(PREFIX + "model").orElse("");
        String name = metadata.string(PREFIX + "pre").orElse("default");
        PreTokenizers.Rule rule = PreTokenizers.named(name, metadata.file());
        String expression = PreTokenizers.expression(rule)
                .filter(_ -> kind.equals("gpt2"))
                .orElseThrow(() -> new UnsupportedModelException(metadata.file() + ": a tokenizer of the kind \"" + kind
                        + "\" that splits by \"" + name + "\" cannot be written as tokenizer.json by this version."));
        ObjectNode file = json.createObjectNode();
        file.put("version", "1.0").putNull("truncation").putNull("padding");
        file.set("added_tokens", added(tokenizer));
        file.putNull("normalizer");
        ArrayNode steps =
                file.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", expression);
        split.put("behavior", "Isolated").put("invert", false);
        steps.add(byteLevel().put("use_regex", false));
        file.set("post_processor", around(tokenizer));
        file.set("decoder", byteLevel().put("use_regex", true));
        file.set("model", encoding(tokenizer, rule.ignoresMerges()));
        return file;
    }

    private ObjectNode byteLevel() {
        return json.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false);
    }

    private ArrayNode added(Tokenizer tokenizer) {
        ArrayNode added = json.createArrayNode();
        for (int id = 0; id < tokenizer.size(); id++) {
            TokenKind kind = tokenizer.kind(id);
            switch (kind) {
                case CONTROL, UNKNOWN, USER_DEFINED ->
                    added.addObject()
                            .put("id", id)
                            .put("content", tokenizer.piece(id))
                            .put("single_word", false)
                            .put("lstrip", false)
                            .put("rstrip", false)
                            .put("normalized", false)
                            .put("special", kind != TokenKind.USER_DEFINED);
                case NORMAL, UNUSED, BYTE -> {}
            }
        }
        return added;
    }

    /// The tokens that begin and end every text.
    private ObjectNode around(Tokenizer tokenizer) {
        int[] plain = tokenizer.encode("a", false, false);
        int[] whole = tokenizer.encode("a", true, false);
        if (whole.length == plain.length) {
            return byteLevel().put("use_regex", true);
        }
        int before = Arrays.mismatch(whole, plain) == plain.length ? 0 : 1;
        ObjectNode template = json.createObjectNode().put("type", "TemplateProcessing");
        ObjectNode special = json.createObjectNode();
        for (List<String> texts : List.of(List.of("A"), List.of("A", "B"))) {
            ArrayNode parts = template.putArray(texts.size() == 1 ? "single" : "pair");
            addSpecial(Arrays.copyOf(whole, before), tokenizer, parts, special);
            for (String text : texts) {
                parts.addObject().putObject("Sequence").put("id", text).put("type_id", 0);
            }
            addSpecial(Arrays.copyOfRange(whole, before + plain.length, whole.length), tokenizer, parts, special);
        }
        template.set("special_tokens", special);
        return template;
    }

    private static void addSpecial(int[] ids, Tokenizer tokenizer, ArrayNode parts, ObjectNode special) {
        for (int id : ids) {
            String piece = tokenizer.piece(id);
            parts.addObject().putObject("SpecialToken").put("id", piece).put("type_id", 0);
            ObjectNode entry = special.putObject(piece).put("id", piece);
            entry.putArray("ids").add(id);
            entry.putArray("tokens").add(piece);
        }
    }

    /// Pieces and merges. Added tokens are pieces too, which gives them their ids whatever their order.
    private ObjectNode encoding(Tokenizer tokenizer, boolean ignoresMerges) {
        ObjectNode model = json.createObjectNode().put("type", "BPE").putNull("dropout");
        OptionalInt unknown = role("unknown", tokenizer);
        if (unknown.isPresent()) {
            model.put("unk_token", tokenizer.piece(unknown.getAsInt()));
        } else {
            model.putNull("unk_token");
        }
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", ignoresMerges);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokenizer.size(); id++) {
            String piece = tokenizer.piece(id);
            if (vocabulary.has(piece)) {
                throw new UnsupportedModelException(metadata.file() + " has two tokens of the piece \"" + piece
                        + "\", which tokenizer.json cannot hold: it can be written as GGUF only.");
            }
            vocabulary.put(piece, id);
        }
        ArrayNode merges = model.putArray("merges");
        metadata.strings(PREFIX + "merges").orElse(List.of()).forEach(merges::add);
        return model;
    }

    private ObjectNode tokenizerConfig(Tokenizer tokenizer) {
        ObjectNode config = json.createObjectNode().put("tokenizer_class", "PreTrainedTokenizerFast");
        role("bos", tokenizer).ifPresent(id -> config.put("bos_token", tokenizer.piece(id)));
        role("eos", tokenizer).ifPresent(id -> config.put("eos_token", tokenizer.piece(id)));
        role("padding", tokenizer).ifPresent(id -> config.put("pad_token", tokenizer.piece(id)));
        config.put("model_max_length", metadata.contextLength());
        return config.put("clean_up_tokenization_spaces", false);
    }

    private ObjectNode generation(Tokenizer tokenizer) {
        ObjectNode config = json.createObjectNode();
        role("bos", tokenizer).ifPresent(id -> config.put("bos_token_id", id));
        role("padding", tokenizer).ifPresent(id -> config.put("pad_token_id", id));
        ArrayNode ends = config.putArray("eos_token_id");
        tokenizer.eos().ifPresent(ends::add); // the first one is what the others are counted as
        for (int id = 0; id < tokenizer.size(); id++) {
            if (tokenizer.endsGeneration(id) && !tokenizer.eos().equals(OptionalInt.of(id))) {
                ends.add(id);
            }
        }
        new TreeMap<>(SAMPLING).forEach((name, key) -> {
            if (metadata.has(key)) {
                config.put(name, metadata.number(key)).put("do_sample", true);
            }
        });
        if (metadata.has("general.sampling.top_k")) {
            config.put("top_k", metadata.integer("general.sampling.top_k")).put("do_sample", true);
        }
        return config;
    }

    private OptionalInt role(String role, Tokenizer tokenizer) {
        return switch (role) {
            case "bos" -> tokenizer.bos();
            case "eos" -> tokenizer.eos();
            default -> {
                int id = metadata.integer(PREFIX + role + "_token_id", -1);
                yield id >= 0 && id < tokenizer.size() ? OptionalInt.of(id) : OptionalInt.empty();
            }
        };
    }
}
