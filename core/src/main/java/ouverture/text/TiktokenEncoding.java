package ouverture.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.text.AddedTokens.Added;

/// What the library tiktoken knows of a byte-pair encoding beside its file of ranks.
///
/// Such a file has a line for each piece: its bytes in Base64, a space, and its rank, which is its id; they count
/// from 0 on. There are no merges: of all neighbours whose bytes together are a piece, those of the lowest rank
/// are merged first.
///
/// @param file name of the file of ranks, for messages
/// @param splitting name of the rule that splits text into words, as GGUF headers have it (`tokenizer.ggml.pre`)
/// @param controls control tokens by id, above all ranks
/// @param bos the control token that begins a text
/// @param eos the control token that ends one
public record TiktokenEncoding(String file, String splitting, Map<Integer, String> controls, int bos, int eos) {
    public TiktokenEncoding {
        controls = Map.copyOf(controls);
    }

    /// @throws ModelFileException if the file is damaged
    /// @throws UnsupportedModelException if the splitting rule is unknown, or there are too many pieces
    Tokenizer read(InputStream ranks) throws IOException {
        List<String> lines = new String(ranks.readAllBytes(), StandardCharsets.ISO_8859_1)
                .lines()
                .toList();
        int size = controls.keySet().stream().mapToInt(id -> id + 1).max().orElse(lines.size());
        if (lines.isEmpty() || lines.size() > size) {
            throw new ModelFileException(
                    file + " has " + lines.size() + " pieces and should have 1 to " + size + ": it is another file.");
        }
        if (size > Vocabulary.MOST) {
            throw new UnsupportedModelException(
                    file + " has more than the " + Vocabulary.MOST + " tokens that this build can count.");
        }
        String[] pieces = new String[size];
        TokenKind[] kinds = new TokenKind[size];
        Arrays.fill(pieces, "");
        Arrays.fill(kinds, TokenKind.UNUSED);
        IntStream.range(0, lines.size()).parallel().forEach(rank -> {
            pieces[rank] = piece(lines.get(rank), rank);
            kinds[rank] = TokenKind.NORMAL;
        });
        List<Added> added = new ArrayList<>();
        controls.forEach((id, control) -> {
            if (id < lines.size()) {
                throw new ModelFileException(
                        file + " has a piece for the id " + id + ", which is " + control + ": it is another file.");
            }
            pieces[id] = control;
            kinds[id] = TokenKind.CONTROL;
            added.add(new Added(id, control, true, false, false, false));
        });
        return tokenizer(new Vocabulary(Arrays.asList(pieces), kinds), added);
    }

    private Tokenizer tokenizer(Vocabulary vocabulary, List<Added> added) {
        BitSet endings = new BitSet();
        endings.set(eos);
        SpecialTokens special = new SpecialTokens(
                List.of(bos), List.of(eos), List.of(), List.of(), SpecialTokens.endings(vocabulary, endings));
        Pipeline pipeline = new Pipeline(
                new AddedTokens(added),
                UnaryOperator.identity(),
                AddedTokens.NONE,
                Pipeline.Escape.NONE,
                PreTokenizers.named(splitting, file).splitters(),
                new BpeEncoder.Bytes(vocabulary, BpeEncoder.byId(vocabulary), true, Vocabulary.ABSENT));
        return new Tokenizer(vocabulary, pipeline, special, new Tokenizer.Rendering(true, false));
    }

    private String piece(String line, int rank) {
        int space = line.indexOf(' ');
        if (space > 0 && line.substring(space + 1).equals(Integer.toString(rank))) {
            try {
                return ByteLevel.encode(Base64.getDecoder().decode(line.substring(0, space)));
            } catch (IllegalArgumentException e) {
                // The sentence below says it all.
            }
        }
        throw new ModelFileException(file + " is no file of ranks: line " + (rank + 1)
                + " is not a piece in Base64 and the number " + rank + ".");
    }
}
