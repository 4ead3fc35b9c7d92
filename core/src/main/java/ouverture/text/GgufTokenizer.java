package ouverture.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.text.AddedTokens.Added;
import ouverture.text.BpeEncoder.Characters.Whole;

/// Reads the tokenizer in a GGUF header. Headers in the wild are loose about ids of special tokens, which are
/// left out where they are out of range; a table that is missing or too short is an error.
final class GgufTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";

    /// Control tokens of Phi-3 that leave the white space after them alone.
    private static final Set<String> PHI3_KEEPS_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

    private final Metadata metadata;
    private final Vocabulary vocabulary;

    /// @throws ModelFileException if the header has no vocabulary or a damaged one
    /// @throws UnsupportedModelException if it is larger than [Vocabulary#MOST]
    GgufTokenizer(Metadata metadata) {
        this.metadata = metadata;
        List<String> pieces =
                metadata.strings(PREFIX + "tokens").orElseThrow(() -> missing("tokens", "its vocabulary"));
        if (pieces.isEmpty()) {
            throw new ModelFileException(metadata.file() + " has an empty vocabulary (tokenizer.ggml.tokens).");
        }
        if (pieces.size() > Vocabulary.MOST) {
            throw new UnsupportedModelException(metadata.file() + " has " + pieces.size() + " tokens, more than the "
                    + Vocabulary.MOST + " that this build can count.");
        }
        this.vocabulary = new Vocabulary(pieces, kinds(pieces));
    }

    /// @throws ModelFileException if the tables do not fit together
    /// @throws UnsupportedModelException if the tokenizer or its splitting rule is unknown
    Tokenizer build() {
        String model =
                metadata.string(PREFIX + "model").orElseThrow(() -> missing("model", "the kind of its tokenizer"));
        return switch (model) {
            case "llama" -> sentencePiece();
            case "gpt2" -> byteLevel();
            case "gemma4" -> gemma4();
            default ->
                throw new UnsupportedModelException(
                        metadata.file() + ": tokenizers of kind \"" + model + "\" are not known to this build.");
        };
    }

    private Tokenizer sentencePiece() {
        float[] scores = metadata.numbers(PREFIX + "scores").orElseThrow(() -> missing("scores", "its pieces' scores"));
        if (scores.length < vocabulary.size()) {
            throw tooShort("scores", scores.length, vocabulary.size());
        }
        SpecialTokens special = special(true, 1, 2);
        boolean prefix = metadata.flag(PREFIX + "add_space_prefix", true);
        var encoder = new BpeEncoder.Characters(
                vocabulary, BpeEncoder.byScore(vocabulary, scores), Whole.NONE, true, id("unknown", 0));
        Pipeline.Escape escape = (text, first) -> (prefix ? "▁" : "") + text.replace(' ', '▁');
        return tokenizer(escape, List.of(), encoder, special, new Tokenizer.Rendering(false, prefix));
    }

    private Tokenizer byteLevel() {
        PreTokenizers.Rule rule =
                PreTokenizers.named(metadata.string(PREFIX + "pre").orElse("default"), metadata.file());
        SpecialTokens special = special(rule.addsBegin(), Vocabulary.ABSENT, Vocabulary.ABSENT);
        var encoder = new BpeEncoder.Bytes(
                vocabulary, BpeEncoder.byRank(merges()), rule.ignoresMerges(), id("unknown", Vocabulary.ABSENT));
        return tokenizer(
                Pipeline.Escape.NONE, rule.splitters(), encoder, special, new Tokenizer.Rendering(true, false));
    }

    /// Gemma 4: merges by rank over whole lines, with visible spaces and pieces for bytes.
    private Tokenizer gemma4() {
        SpecialTokens special = special(true, Vocabulary.ABSENT, Vocabulary.ABSENT);
        var encoder = new BpeEncoder.Characters(
                vocabulary, BpeEncoder.byRank(merges()), Whole.LINE_ENDS, true, id("unknown", Vocabulary.ABSENT));
        Splitter lines = PreTokenizers.isolated("\\n+");
        Pipeline.Escape escape = (text, first) -> text.replace(' ', '▁');
        return tokenizer(escape, List.of(lines), encoder, special, new Tokenizer.Rendering(false, false));
    }

    private Tokenizer tokenizer(
            Pipeline.Escape escape,
            List<Splitter> splitters,
            BpeEncoder encoder,
            SpecialTokens special,
            Tokenizer.Rendering rendering) {
        Pipeline pipeline =
                new Pipeline(added(), UnaryOperator.identity(), AddedTokens.NONE, escape, splitters, encoder);
        return new Tokenizer(vocabulary, pipeline, special, rendering);
    }

    private TokenKind[] kinds(List<String> pieces) {
        TokenKind[] kinds = new TokenKind[pieces.size()];
        Arrays.fill(kinds, TokenKind.NORMAL);
        int[] types = metadata.integers(PREFIX + "token_type").orElse(null);
        if (types == null) {
            return kinds;
        }
        if (types.length < kinds.length) {
            throw tooShort("token_type", types.length, kinds.length);
        }
        for (int id = 0; id < kinds.length; id++) {
            TokenKind kind = TokenKind.ofGguf(types[id]);
            kinds[id] = kind == TokenKind.BYTE && !Vocabulary.isByte(pieces.get(id)) ? TokenKind.NORMAL : kind;
        }
        return kinds;
    }

    private PairTable merges() {
        List<String> merges = metadata.strings(PREFIX + "merges").orElseThrow(() -> missing("merges", "its merges"));
        return PairTable.of(vocabulary, merges, ' ');
    }

    private SpecialTokens special(boolean addsBegin, int usualBegin, int usualEnd) {
        List<Integer> bos = ids("bos", usualBegin);
        List<Integer> eos = ids("eos", usualEnd);
        BitSet declared = new BitSet();
        eos.forEach(declared::set);
        Arrays.stream(metadata.integers(PREFIX + "eos_token_ids").orElse(new int[0]))
                .filter(id -> id >= 0 && id < vocabulary.size())
                .forEach(declared::set);
        for (String role : List.of("eot", "eom", "fim_pad", "fim_rep", "fim_sep")) {
            ids(role, Vocabulary.ABSENT).forEach(declared::set);
        }
        boolean begins = metadata.flag(PREFIX + "add_bos_token", addsBegin);
        boolean ends = metadata.flag(PREFIX + "add_eos_token", false);
        return new SpecialTokens(
                bos,
                eos,
                begins ? bos : List.of(),
                ends ? eos : List.of(),
                SpecialTokens.endings(vocabulary, declared));
    }

    private List<Integer> ids(String role, int usual) {
        int id = id(role, usual);
        return id == Vocabulary.ABSENT ? List.of() : List.of(id);
    }

    /// The id that the header gives for a role, or the usual one; [Vocabulary#ABSENT] where that is out of range.
    private int id(String role, int usual) {
        Object value = metadata.values().get(PREFIX + role + "_token_id");
        if (value instanceof Long id && id >= 0 && id < vocabulary.size()) {
            return id.intValue();
        }
        return usual < vocabulary.size() ? usual : Vocabulary.ABSENT;
    }

    private AddedTokens added() {
        String name = metadata.string("general.name").orElse("").toLowerCase(Locale.ROOT);
        boolean phi3 = name.contains("phi-3") || name.contains("phi3");
        List<Added> added = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenKind kind = vocabulary.kind(id);
            String piece = vocabulary.piece(id);
            switch (kind) {
                case CONTROL, UNKNOWN, USER_DEFINED ->
                    added.add(new Added(
                            id,
                            piece,
                            kind != TokenKind.USER_DEFINED,
                            false,
                            phi3 && !PHI3_KEEPS_SPACE.contains(piece),
                            false));
                case NORMAL, UNUSED, BYTE -> {}
            }
        }
        return new AddedTokens(added);
    }

    private ModelFileException missing(String key, String what) {
        return new ModelFileException(metadata.file() + " lacks " + what + " (" + PREFIX + key
                + "): the file is incomplete; use another copy.");
    }

    private ModelFileException tooShort(String key, int length, int size) {
        return new ModelFileException(metadata.file() + ": " + PREFIX + key + " has " + length + " entries for " + size
                + " pieces: the file is damaged.");
    }
}
