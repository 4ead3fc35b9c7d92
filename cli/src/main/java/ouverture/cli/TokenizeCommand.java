package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `ouverture tokenize`: text to token ids and back, with a model's own tokenizer.
@Command(
        name = "tokenize",
        description = {
            "Turns text into token ids, or ids into text.",
            "Nothing is added to the text and special tokens in it are plain text, unless asked for."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class TokenizeCommand implements Callable<Integer> {
    private static final String FROM_INPUT = "-";

    private final Streams streams;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "A GGUF file, which may have a vocabulary and no weights, a folder with tokenizer.json, or"
                    + " default.")
    private Path model = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TEXT",
            description = "What to tokenize; standard input without it.")
    private @Nullable String text;

    @Option(names = "--add-special", description = "Adds the tokens that begin or end every text of the model.")
    private boolean addSpecial;

    @Option(
            names = "--parse-special",
            description = "Turns special tokens that are written out in the text into tokens.")
    private boolean parseSpecial;

    @Option(
            names = "--decode",
            paramLabel = "IDS",
            description = "Turns ids, as in 1,2,3, into text instead; - reads them from standard input.")
    private @Nullable String decode;

    @Option(
            names = "--jsonl",
            description = "Answers each line {\"text\": …, \"add_special\": …, \"parse_special\": …} of standard input"
                    + " with a line {\"ids\": […]}; both switches may be left out.")
    private boolean jsonLines;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    TokenizeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if ((text != null ? 1 : 0) + (decode != null ? 1 : 0) + (jsonLines ? 1 : 0) > 1) {
            throw new RequestException("TEXT, --decode and --jsonl exclude each other; use one of them.");
        }
        Tokenizer tokenizer = ModelTokenizer.read(model);
        if (jsonLines) {
            return new TokenLines(tokenizer, addSpecial, parseSpecial).answer(streams);
        }
        streams.out().write(decode == null ? encoded(tokenizer) : decoded(tokenizer, decode));
        return ExitCode.OK;
    }

    private String encoded(Tokenizer tokenizer) throws IOException {
        int[] ids =
                tokenizer.encode(text == null ? standardInput() : PromptSource.whole(text), addSpecial, parseSpecial);
        if (json) {
            return Json.line(object(tokenizer, ids)) + "\n";
        }
        Table table = new Table("", "rll");
        for (int id : ids) {
            TokenKind kind = tokenizer.kind(id);
            table.row(
                    String.valueOf(id),
                    shown(tokenizer.rawBytes(id)),
                    kind == TokenKind.NORMAL
                            ? ""
                            : kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        StringBuilder page = new StringBuilder();
        table.appendTo(page);
        return page.toString();
    }

    /// The text of ids, exact for programs; for a person at a terminal without what could steer it.
    private String decoded(Tokenizer tokenizer, String option) throws IOException {
        int[] ids = TokenIds.parse("--decode", option.equals(FROM_INPUT) ? standardInput() : option);
        String decoded = tokenizer.decode(ids);
        if (json) {
            return Json.line(object(tokenizer, ids).put("text", decoded)) + "\n";
        }
        return (streams.outputIsTerminal() ? Printable.lines(decoded) : decoded) + "\n";
    }

    private String standardInput() throws IOException {
        if (streams.inputIsTerminal()) {
            throw new RequestException("There is no text; give it as an argument or on standard input.");
        }
        return PromptSource.standardInput(streams.in());
    }

    private static ObjectNode object(Tokenizer tokenizer, int[] ids) {
        ObjectNode object = Json.object();
        ArrayNode array = object.putArray("ids");
        ArrayNode pieces = object.putArray("pieces");
        for (int id : ids) {
            array.add(id);
            pieces.add(tokenizer.piece(id));
        }
        return object;
    }

    /// What a token writes, in quotes; in hexadecimal where it is a part of a character only.
    private static String shown(byte[] bytes) {
        try {
            String piece = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return '"' + Printable.line(piece) + '"';
        } catch (CharacterCodingException e) {
            return "bytes " + HexFormat.ofDelimiter(" ").withUpperCase().formatHex(bytes);
        }
    }
}
