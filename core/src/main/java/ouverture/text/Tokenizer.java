package ouverture.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import ouverture.error.ModelFileException;
import ouverture.error.RequestException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.tensor.Tensor;

/// Text to token ids and back: a byte-pair encoding as SentencePiece or GPT-2 do it. Immutable and safe for use
/// by many threads.
public final class Tokenizer {
    /// Name of the table with a row for each token.
    static final String EMBEDDING = "token_embd.weight";

    private static final byte[] NOTHING = {};

    private final Vocabulary vocabulary;
    private final Pipeline pipeline;
    private final SpecialTokens special;
    private final Rendering rendering;

    /// How pieces are turned back into text.
    ///
    /// @param byteLevel whether pieces are written in GPT-2's alphabet; if not, `▁` is a space
    /// @param dropsFirstSpace whether the encoding puts a space before every text: the first space is no text
    record Rendering(boolean byteLevel, boolean dropsFirstSpace) {}

    Tokenizer(Vocabulary vocabulary, Pipeline pipeline, SpecialTokens special, Rendering rendering) {
        this.vocabulary = vocabulary;
        this.pipeline = pipeline;
        this.special = special;
        this.rendering = rendering;
    }

    /// The tokenizer in a GGUF header (keys `tokenizer.ggml.*`).
    ///
    /// @throws ModelFileException if the header has no tokenizer or a damaged one
    /// @throws UnsupportedModelException if this build does not know the kind of tokenizer or its splitting rule
    public static Tokenizer of(Metadata metadata) {
        return new GgufTokenizer(metadata).build();
    }

    /// The tokenizer in a Hugging Face `tokenizer.json`; `tokenizer_config.json` and `generation_config.json`
    /// beside it say which tokens begin and end texts, where they are there.
    ///
    /// @param metadata header of the model; says which tokens begin and end texts where the files do not
    /// @throws ModelFileException if a file is missing, unreadable or damaged
    /// @throws UnsupportedModelException if the file asks for something that this build does not know
    public static Tokenizer ofJson(Path tokenizerJson, Metadata metadata) {
        return new JsonTokenizer(TokenizerFile.read(tokenizerJson), metadata).build();
    }

    /// The tokenizer that a file of tiktoken's ranks and what is known beside it make.
    ///
    /// @param ranks the file (`*.tiktoken`); read to its end and left open
    /// @throws ModelFileException if the file is damaged or another one
    /// @throws UnsupportedModelException if this build does not know the splitting rule
    public static Tokenizer ofTiktoken(InputStream ranks, TiktokenEncoding encoding) throws IOException {
        return encoding.read(ranks);
    }

    /// The tokenizer of an open model: the `tokenizer.json` beside the weights, or the one in the header; empty
    /// where there is none.
    ///
    /// @throws ModelFileException if it is damaged, or has tokens that the model has no embedding for
    /// @throws UnsupportedModelException if this build does not know its kind
    public static Optional<Tokenizer> find(ModelFile file) {
        Metadata metadata = file.metadata();
        Optional<Path> json = file.tokenizerJson();
        if (json.isPresent()) {
            Tokenizer tokenizer = ofJson(json.get(), metadata);
            return Optional.of(tokenizer.fitting(file, tokenizer.ownSize()));
        }
        boolean none = metadata.string("tokenizer.ggml.model").orElse("none").equals("none")
                || metadata.string("tokenizer.ggml.model").orElse("none").equals("no_vocab");
        if (none) {
            return Optional.empty();
        }
        Tokenizer tokenizer = of(metadata);
        return Optional.of(tokenizer.fitting(file, tokenizer.size()));
    }

    /// One more than the last id that is no control token: folders of text models have such tokens of their
    /// siblings that see, without embeddings.
    private int ownSize() {
        return IntStream.iterate(size(), size -> size > 0, size -> size - 1)
                .filter(size -> kind(size - 1) != TokenKind.CONTROL && kind(size - 1) != TokenKind.UNUSED)
                .findFirst()
                .orElse(0);
    }

    /// This tokenizer, if the model has an embedding for each of its `needed` first tokens. Embeddings without
    /// tokens are common: tables are padded.
    private Tokenizer fitting(ModelFile file, int needed) {
        Tensor embedding = file.tensors().get(EMBEDDING);
        if (embedding != null && embedding.rows() < needed) {
            throw new ModelFileException(file.metadata().file() + ": the tokenizer has " + needed + " tokens and "
                    + EMBEDDING + " has rows for " + embedding.rows()
                    + ": the tokenizer belongs to another model, or the file is damaged.");
        }
        return this;
    }

    /// Number of entries: ids are 0 to this number, exclusive.
    public int size() {
        return vocabulary.size();
    }

    /// Ids of a text. Any string can be encoded; surrogates without a partner count as U+FFFD.
    ///
    /// @param addSpecial whether to add the tokens that begin or end every text of this model
    /// @param parseSpecial whether strings that look like control tokens become control tokens: never for text
    ///     from users, whose `<|end|>` is ordinary text
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        IntStream.Builder ids = IntStream.builder();
        if (addSpecial) {
            special.before().forEach(ids::accept);
        }
        pipeline.encode(CodePoints.wellFormed(text), parseSpecial, ids);
        if (addSpecial) {
            special.after().forEach(ids::accept);
        }
        return ids.build().toArray();
    }

    /// A user's text made safe to stand in a prompt whose special tokens count: what reads like a control token
    /// in it stays plain text when [#encode] parses special tokens.
    public String guard(String text) {
        return pipeline.guard(text);
    }

    /// The text of ids, without control tokens. Bytes that are not UTF-8 become U+FFFD.
    ///
    /// @throws RequestException if an id is out of range
    public String decode(int[] ids) {
        TokenDecoder decoder = decoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.flush()).toString();
    }

    /// A decoder for a stream of ids that begins a text: as [#decode], piece by piece.
    public TokenDecoder decoder() {
        return new TokenDecoder(this, rendering.dropsFirstSpace, false);
    }

    /// A decoder for a stream of ids that goes on with a text: the first space is text.
    public TokenDecoder continuingDecoder() {
        return new TokenDecoder(this, false, false);
    }

    /// A decoder that shows control tokens as they are written, for a stream of ids that goes on with a text.
    public TokenDecoder rawDecoder() {
        return new TokenDecoder(this, false, true);
    }

    /// The bytes that an id adds to a text; none for control tokens.
    ///
    /// @throws RequestException if the id is out of range
    public byte[] bytes(int id) {
        return switch (kind(id)) {
            case CONTROL, UNKNOWN -> NOTHING;
            case NORMAL, USER_DEFINED, UNUSED, BYTE -> rawBytes(id);
        };
    }

    /// As [#bytes], with control tokens as they are written.
    ///
    /// @throws RequestException if the id is out of range
    public byte[] rawBytes(int id) {
        String piece = piece(id);
        return switch (vocabulary.kind(id)) {
            case UNUSED -> NOTHING;
            case CONTROL, UNKNOWN, USER_DEFINED -> piece.getBytes(StandardCharsets.UTF_8);
            case BYTE -> new byte[] {(byte) Integer.parseInt(piece, 3, 5, 16)};
            case NORMAL ->
                rendering.byteLevel
                        ? ByteLevel.decode(piece)
                        : piece.replace('▁', ' ').getBytes(StandardCharsets.UTF_8);
        };
    }

    /// The id of a piece as the vocabulary writes it, of any kind.
    public OptionalInt id(String piece) {
        int id = vocabulary.find(piece);
        return id == Vocabulary.ABSENT ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// The piece of an id as the vocabulary writes it: spaces and bytes may be written in other chars.
    ///
    /// @throws RequestException if the id is out of range
    public String piece(int id) {
        return vocabulary.piece(checked(id));
    }

    /// What an id is for.
    ///
    /// @throws RequestException if the id is out of range
    public TokenKind kind(int id) {
        return vocabulary.kind(checked(id));
    }

    /// The token that begins a text, if the model has one.
    public OptionalInt bos() {
        return special.bos().stream().mapToInt(id -> id).findFirst();
    }

    /// The token that ends a text, if the model has one.
    public OptionalInt eos() {
        return special.eos().stream().mapToInt(id -> id).findFirst();
    }

    /// Whether an id ends an answer: the end of the text, of the turn, or a call that waits for its result.
    ///
    /// @throws RequestException if the id is out of range
    public boolean endsGeneration(int id) {
        return special.endings().get(checked(id));
    }

    private int checked(int id) {
        if (id < 0 || id >= vocabulary.size()) {
            throw new RequestException(
                    "Token id " + id + " is out of range: this model's ids are 0 to " + (vocabulary.size() - 1) + ".");
        }
        return id;
    }
}
