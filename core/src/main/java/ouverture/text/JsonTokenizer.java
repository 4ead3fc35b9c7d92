package ouverture.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.text.AddedTokens.Added;
import ouverture.text.BpeEncoder.Characters.Whole;
import tools.jackson.databind.JsonNode;

/// Builds a tokenizer from a Hugging Face `tokenizer.json`: vocabulary, added tokens, the tokens that begin and
/// end texts. [JsonPipeline] reads the steps between text and ids.
final class JsonTokenizer {
    /// Most ids between 0 and the highest that may stand for nothing.
    private static final int MOST_HOLES = 1 << 20;

    private final TokenizerFile file;
    private final Metadata metadata;
    private final JsonPipeline steps;
    private final Vocabulary vocabulary;
    private final int unknown;

    /// @throws ModelFileException if the file's parts do not fit together
    /// @throws UnsupportedModelException if the file asks for something that this build does not know
    JsonTokenizer(TokenizerFile file, Metadata metadata) {
        this.file = file;
        this.metadata = metadata;
        String type = file.setting("type").asString("BPE");
        if (!type.equals("BPE")) {
            throw new UnsupportedModelException(
                    file.name() + ": tokenizers of kind \"" + type + "\" are not known to this build.");
        }
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!file.setting(affix).asString("").isEmpty()) {
                throw new UnsupportedModelException(
                        file.name() + ": the tokenizer setting \"" + affix + "\" is not known to this build.");
            }
        }
        this.steps = new JsonPipeline(file);
        this.vocabulary = readVocabulary();
        JsonNode unknownPiece = file.setting("unk_token");
        this.unknown = unknownPiece.isString() ? vocabulary.find(unknownPiece.stringValue()) : Vocabulary.ABSENT;
    }

    /// The steps between text and ids.
    JsonPipeline steps() {
        return steps;
    }

    /// The id that stands for what no piece covers, or [Vocabulary#ABSENT].
    int unknown() {
        return unknown;
    }

    Tokenizer build() {
        SpecialTokens special = special();
        boolean ignoresMerges = file.setting("ignore_merges").asBoolean(false);
        SymbolChain.Rule rule = BpeEncoder.byRank(PairTable.of(vocabulary, file.merges(), TokenizerFile.SEPARATOR));
        BpeEncoder encoder = steps.byteLevel()
                ? new BpeEncoder.Bytes(vocabulary, rule, ignoresMerges, unknown)
                : new BpeEncoder.Characters(
                        vocabulary, rule, ignoresMerges ? Whole.ANY : Whole.NONE, byteFallback(), unknown);
        List<Added> raw = new ArrayList<>();
        List<Added> normalized = new ArrayList<>();
        for (JsonNode token : file.part("added_tokens")) {
            boolean after = steps.normalizes() && token.path("normalized").asBoolean(false);
            (after ? normalized : raw).add(added(token, after));
        }
        Pipeline pipeline = new Pipeline(
                new AddedTokens(raw),
                steps.normalizer(),
                new AddedTokens(normalized),
                steps.escape(),
                steps.splitters(),
                encoder);
        return new Tokenizer(vocabulary, pipeline, special, steps.rendering());
    }

    private boolean byteFallback() {
        return file.setting("byte_fallback").asBoolean(false);
    }

    private Added added(JsonNode token, boolean normalized) {
        int id = token.path("id").asInt();
        String content = token.path("content").asString("");
        return new Added(
                id,
                normalized ? steps.normalizer().apply(content) : content,
                vocabulary.kind(id) != TokenKind.USER_DEFINED,
                token.path("lstrip").asBoolean(false),
                token.path("rstrip").asBoolean(false),
                token.path("single_word").asBoolean(false));
    }

    private Vocabulary readVocabulary() {
        int entries = file.vocabulary().size() + file.part("added_tokens").size();
        file.expect(entries > 0, "its vocabulary is empty");
        int size = Math.min(metadata.integer("vocab_size", 0), Vocabulary.MOST);
        for (int id : file.vocabulary().values()) {
            size = Math.max(size, checked(id, entries) + 1);
        }
        for (JsonNode token : file.part("added_tokens")) {
            file.expect(token.path("id").isInt() && token.path("content").isString(), "an added token lacks its id");
            size = Math.max(size, checked(token.path("id").intValue(), entries) + 1);
        }
        String[] pieces = new String[size];
        TokenKind[] kinds = new TokenKind[size];
        Arrays.fill(pieces, "");
        Arrays.fill(kinds, TokenKind.UNUSED);
        for (Map.Entry<String, Integer> entry : file.vocabulary().entrySet()) {
            pieces[entry.getValue()] = entry.getKey();
            boolean isByte = byteFallback() && Vocabulary.isByte(entry.getKey());
            kinds[entry.getValue()] = isByte ? TokenKind.BYTE : TokenKind.NORMAL;
        }
        for (JsonNode token : file.part("added_tokens")) {
            int id = token.path("id").intValue();
            pieces[id] = token.path("content").stringValue();
            kinds[id] = token.path("special").asBoolean(false) ? TokenKind.CONTROL : TokenKind.USER_DEFINED;
        }
        Integer unknownId = file.vocabulary().get(file.setting("unk_token").asString(""));
        if (unknownId != null) {
            kinds[unknownId] = TokenKind.UNKNOWN;
        }
        return new Vocabulary(Arrays.asList(pieces), kinds);
    }

    private int checked(int id, int entries) {
        boolean plausible = id >= 0 && id < Vocabulary.MOST && id < entries + MOST_HOLES;
        file.expect(plausible, "its id " + id + " is out of range for " + entries + " pieces");
        return id;
    }

    /// The tokens that mean something to the engine; makes control tokens of those that do so by their names.
    SpecialTokens special() {
        List<Integer> bos = token("bos");
        List<Integer> eos = token("eos");
        BitSet declared = new BitSet();
        eos.forEach(declared::set);
        for (JsonNode id : file.generation().path("eos_token_id")) {
            inRange(id).ifPresent(declared::set);
        }
        inRange(file.generation().path("eos_token_id")).ifPresent(declared::set);
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        readTemplate(file.part("post_processor"), before, after);
        override("add_bos_token", bos, before);
        override("add_eos_token", eos, after);
        return new SpecialTokens(
                bos, eos, List.copyOf(before), List.copyOf(after), SpecialTokens.endings(vocabulary, declared));
    }

    /// The token for a role: by piece in `tokenizer_config.json`, by id in `generation_config.json`, in the
    /// header.
    private List<Integer> token(String role) {
        JsonNode piece = file.config().path(role + "_token");
        String content = piece.isObject() ? piece.path("content").asString("") : piece.asString("");
        int id = vocabulary.find(content);
        if (id != Vocabulary.ABSENT) {
            return List.of(id);
        }
        JsonNode declared = file.generation().path(role + "_token_id");
        OptionalInt first = inRange(declared.isArray() ? declared.path(0) : declared);
        if (first.isPresent()) {
            return List.of(first.getAsInt());
        }
        return metadata.values().get("tokenizer.ggml." + role + "_token_id") instanceof Long known
                        && known >= 0
                        && known < vocabulary.size()
                ? List.of(known.intValue())
                : List.of();
    }

    private OptionalInt inRange(JsonNode id) {
        return id.isInt() && id.intValue() >= 0 && id.intValue() < vocabulary.size()
                ? OptionalInt.of(id.intValue())
                : OptionalInt.empty();
    }

    /// An explicit switch in `tokenizer_config.json` goes before the template.
    private void override(String flag, List<Integer> token, List<Integer> ids) {
        JsonNode adds = file.config().path(flag);
        if (adds.isBoolean() && !token.isEmpty() && adds.booleanValue() != ids.contains(token.getFirst())) {
            if (adds.booleanValue()) {
                ids.addFirst(token.getFirst());
            } else {
                ids.removeAll(token);
            }
        }
    }

    /// The ids that a post-processor puts around every text.
    private void readTemplate(JsonNode processor, List<Integer> before, List<Integer> after) {
        String type = processor.path("type").asString("");
        switch (type) {
            case "", "ByteLevel" -> {}
            case "Sequence" -> processor.path("processors").forEach(part -> readTemplate(part, before, after));
            case "TemplateProcessing" -> {
                List<Integer> ids = before;
                for (JsonNode part : processor.path("single")) {
                    if (part.has("Sequence")) {
                        ids = after;
                    }
                    String name = part.path("SpecialToken").path("id").asString("");
                    for (JsonNode id :
                            processor.path("special_tokens").path(name).path("ids")) {
                        ids.add(known(id));
                    }
                }
            }
            case "BertProcessing", "RobertaProcessing" -> {
                before.add(known(processor.path("cls").path(1)));
                after.add(known(processor.path("sep").path(1)));
            }
            default ->
                throw new UnsupportedModelException(
                        file.name() + ": the post-processor \"" + type + "\" is not known to this build.");
        }
    }

    private int known(JsonNode id) {
        return inRange(id)
                .orElseThrow(() -> new ModelFileException(file.name()
                        + " is not a sound tokenizer.json: its post_processor names the id " + id
                        + ", which is out of range."));
    }
}
