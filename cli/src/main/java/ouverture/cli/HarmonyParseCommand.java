package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.text.Tokenizer;
import ouverture.text.harmony.HarmonyContent;
import ouverture.text.harmony.HarmonyHeader;
import ouverture.text.harmony.HarmonyJson;
import ouverture.text.harmony.HarmonyMessage;
import ouverture.text.harmony.HarmonyParser;
import ouverture.text.harmony.HarmonyRole;
import ouverture.text.harmony.HarmonyVocabulary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `ouverture harmony parse`: what a model wrote to messages.
@Command(
        name = "parse",
        description = {
            "Turns what a model wrote into messages.",
            "Reads text with its control tokens written out from standard input, accepts what models make of the"
                    + " format, and lists the messages."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class HarmonyParseCommand implements Callable<Integer> {
    private static final String SHAPE = "{\"text\": \"…\", \"role\": \"assistant\"}";

    private final Streams streams;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "With --jsonl, a model whose vocabulary gives token ids their meaning in place of the"
                    + " published one of gpt-oss: a GGUF file, which may have no weights, or a folder with"
                    + " tokenizer.json.")
    private @Nullable Path model;

    @Option(
            names = "--jsonl",
            description = "Answers each line {\"text\": … or \"tokens\": …, \"role\": …, \"strict\": …} of standard"
                    + " input with a line {\"messages\": …} or {\"error\": …}; role is whose turn was already open,"
                    + " strict is true without it.")
    private boolean jsonLines;

    HarmonyParseCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if (jsonLines) {
            HarmonyVocabulary vocabulary = HarmonyInput.vocabulary(model);
            return new JsonLines(streams.in(), streams.out(), SHAPE)
                    .answer((request, answer) -> answer(vocabulary, request, answer));
        }
        String text = HarmonyInput.text(streams, model);
        List<String> shown = new ArrayList<>();
        for (HarmonyMessage message : HarmonyParser.parse(text, false, HarmonyRole.ASSISTANT)) {
            String page = shown(message);
            shown.add(streams.outputIsTerminal() ? Printable.lines(page) : page);
        }
        streams.out().write(String.join("\n", shown));
        return ExitCode.OK;
    }

    private static String shown(HarmonyMessage message) {
        HarmonyHeader header = message.header();
        StringBuilder page = new StringBuilder(header.role().word());
        page.append(header.name() == null ? "" : " " + header.name());
        page.append(header.recipient() == null ? "" : " to " + header.recipient());
        page.append(header.channel() == null ? "" : ", " + header.channel());
        page.append(header.contentType() == null ? "" : ", " + header.contentType());
        if (message.content() instanceof HarmonyContent.Text text) {
            text.text().lines().forEach(line -> page.append("\n    ").append(line));
        }
        return page.append('\n').toString();
    }

    /// That a strict parser refuses a completion is an answer as good as any.
    private static void answer(HarmonyVocabulary vocabulary, JsonNode request, ObjectNode answer) {
        JsonNode word = request.path("role");
        HarmonyRole role = HarmonyJson.role(word.isMissingNode() ? null : Json.plain(word), "Its \"role\"");
        boolean strict = Json.flag(request, "strict", true);
        int[] ids = ids(request, vocabulary.tokenizer());
        List<HarmonyMessage> messages;
        try {
            messages = parse(
                    ids, strict ? HarmonyParser.strict(vocabulary, role) : HarmonyParser.lenient(vocabulary, role));
        } catch (RequestException e) {
            answer.put("error", Failures.sentence(e));
            return;
        }
        answer.set(
                "messages",
                Json.MAPPER.valueToTree(
                        messages.stream().map(HarmonyJson::object).toList()));
    }

    private static List<HarmonyMessage> parse(int[] ids, HarmonyParser parser) {
        for (int id : ids) {
            parser.feed(id);
        }
        parser.finish();
        return parser.messages();
    }

    /// The ids of a completion: as they are given, or of its text, or of its parts one after the other.
    private static int[] ids(JsonNode request, Tokenizer tokenizer) {
        if (request.hasNonNull("tokens")) {
            return ints(request.path("tokens"), "tokens");
        }
        if (request.hasNonNull("text")) {
            return encoded(request, "text", true, tokenizer).toArray();
        }
        if (!request.hasNonNull("prefix") && !request.hasNonNull("middle_tokens")) {
            throw new RequestException("It has neither \"text\" nor \"tokens\".");
        }
        IntStream middle = request.hasNonNull("middle_tokens")
                ? Arrays.stream(ints(request.path("middle_tokens"), "middle_tokens"))
                : IntStream.empty();
        return IntStream.concat(
                        IntStream.concat(encoded(request, "prefix", true, tokenizer), middle),
                        IntStream.concat(
                                encoded(request, "middle_text", false, tokenizer),
                                encoded(request, "suffix", true, tokenizer)))
                .toArray();
    }

    private static IntStream encoded(JsonNode request, String key, boolean controls, Tokenizer tokenizer) {
        JsonNode text = request.path(key);
        if (request.hasNonNull(key) && !text.isString()) {
            throw new RequestException("Its \"" + key + "\" is no string.");
        }
        return Arrays.stream(tokenizer.encode(text.asString(""), false, controls));
    }

    private static int[] ints(JsonNode list, String key) {
        boolean sound =
                list.isArray() && list.valueStream().allMatch(id -> id.isIntegralNumber() && id.canConvertToInt());
        if (!sound) {
            throw new RequestException("Its \"" + key + "\" are no list of token ids.");
        }
        return list.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
