package ouverture.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ouverture.file.Metadata;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes the vocabulary of a GGUF header as a `tokenizer.json`, as the converters of Hugging Face's library do.
final class HuggingFaceFile {
    private static final String PREFIX = "tokenizer.ggml.";

    private final JsonMapper mapper = JsonMapper.shared();
    private final ObjectNode root = mapper.createObjectNode();
    private final ObjectNode model = root.putObject("model");
    private final List<String> pieces;
    private final int[] types;

    private HuggingFaceFile(Metadata metadata) {
        pieces = metadata.strings(PREFIX + "tokens").orElseThrow();
        types = metadata.integers(PREFIX + "token_type").orElseThrow();
        model.put("type", "BPE");
    }

    /// The settings under `model`.
    ObjectNode model() {
        return model;
    }

    /// The whole file.
    ObjectNode root() {
        return root;
    }

    /// A byte-level vocabulary.
    ///
    /// @param expressions what text is split by
    /// @param pairs whether merges are lists of two pieces
    static HuggingFaceFile byteLevel(Metadata metadata, List<String> expressions, boolean ignoreMerges, boolean pairs) {
        HuggingFaceFile file = new HuggingFaceFile(metadata);
        ObjectNode sequence = file.root.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        for (String expression : expressions) {
            ObjectNode split = steps.addObject()
                    .put("type", "Split")
                    .put("behavior", "Isolated")
                    .put("invert", false);
            split.putObject("pattern").put("Regex", expression);
        }
        steps.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("use_regex", false);
        file.root.putObject("decoder").put("type", "ByteLevel");
        file.model.put("ignore_merges", ignoreMerges);
        file.vocabulary();
        file.merges(metadata.strings(PREFIX + "merges").orElseThrow(), pairs);
        return file;
    }

    /// A SentencePiece vocabulary: merges follow from the scores.
    ///
    /// @param prefix whether a space goes before every text
    /// @param metaspace whether spaces are the pre-tokenizer's business, not the normalizer's
    static HuggingFaceFile sentencePiece(Metadata metadata, boolean prefix, boolean metaspace) {
        HuggingFaceFile file = new HuggingFaceFile(metadata);
        ArrayNode decoders =
                file.root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        if (metaspace) {
            file.root
                    .putObject("pre_tokenizer")
                    .put("type", "Metaspace")
                    .put("replacement", "▁")
                    .put("prepend_scheme", prefix ? "always" : "never")
                    .put("split", false);
        } else {
            ArrayNode steps =
                    file.root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
            if (prefix) {
                steps.addObject().put("type", "Prepend").put("prepend", "▁");
            }
            replace(steps.addObject(), " ", "▁");
        }
        replace(decoders.addObject(), "▁", " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        if (prefix) {
            decoders.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
        file.model
                .put("byte_fallback", true)
                .put("unk_token", file.pieces.get(metadata.integer(PREFIX + "unknown_token_id")));
        file.vocabulary();
        file.merges(
                metadata.strings(PREFIX + "merges")
                        .orElseGet(() -> file.mergesOf(
                                metadata.numbers(PREFIX + "scores").orElseThrow())),
                true);
        return file;
    }

    private static void replace(ObjectNode step, String found, String content) {
        step.put("type", "Replace").put("content", content).putObject("pattern").put("String", found);
    }

    /// Puts tokens around every text.
    HuggingFaceFile template(List<Integer> before) {
        ObjectNode processor = root.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        ObjectNode special = processor.putObject("special_tokens");
        for (int id : before) {
            single.addObject()
                    .putObject("SpecialToken")
                    .put("id", pieces.get(id))
                    .put("type_id", 0);
            special.putObject(pieces.get(id))
                    .put("id", pieces.get(id))
                    .putArray("ids")
                    .add(id);
        }
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        return this;
    }

    /// Writes the file into a folder.
    Path write(Path folder) {
        try {
            Path file = Files.createTempDirectory(folder, "model").resolve("tokenizer.json");
            mapper.writeValue(file, root);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void vocabulary() {
        ObjectNode vocabulary = model.putObject("vocab");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < pieces.size(); id++) {
            switch (TokenKind.ofGguf(types[id])) {
                case NORMAL, BYTE, UNUSED -> vocabulary.put(pieces.get(id), id);
                case CONTROL, UNKNOWN, USER_DEFINED ->
                    added.addObject()
                            .put("id", id)
                            .put("content", pieces.get(id))
                            .put("special", TokenKind.ofGguf(types[id]) != TokenKind.USER_DEFINED)
                            .put("normalized", false);
            }
        }
    }

    private void merges(List<String> merges, boolean pairs) {
        ArrayNode array = model.putArray("merges");
        for (String merge : merges) {
            int space = merge.indexOf(' ', 1);
            if (pairs) {
                array.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
            } else {
                array.add(merge);
            }
        }
    }

    private List<String> mergesOf(float[] scores) {
        Map<String, Integer> ids = new HashMap<>();
        List<Integer> order = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            if (types[id] == 1) {
                ids.put(pieces.get(id), id);
                order.add(id);
            }
        }
        order.sort(Comparator.comparingDouble(id -> -scores[id]));
        List<String> merges = new ArrayList<>();
        for (int id : order) {
            String piece = pieces.get(id);
            for (int i = 1; i < piece.length(); i++) {
                if (ids.containsKey(piece.substring(0, i)) && ids.containsKey(piece.substring(i))) {
                    merges.add(piece.substring(0, i) + " " + piece.substring(i));
                }
            }
        }
        return merges;
    }
}
