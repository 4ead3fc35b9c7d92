package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.text.harmony.HarmonyConversation;
import ouverture.text.harmony.HarmonyJson;
import ouverture.text.harmony.HarmonyRenderer;
import ouverture.text.harmony.HarmonyVocabulary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `ouverture harmony render`: a conversation to text and token ids.
@Command(
        name = "render",
        description = {
            "Turns a conversation into the text that the model was trained on, and into token ids.",
            "Reads one object {\"conversation\": {\"messages\": …}, \"next_role\": …, \"auto_drop_analysis\": …}"
                    + " from standard input and prints the text."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class HarmonyRenderCommand implements Callable<Integer> {
    private static final String SHAPE = "{\"conversation\": {\"messages\": […]}}";

    private final Streams streams;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "With --jsonl, a model whose vocabulary gives the token ids in place of the published one of"
                    + " gpt-oss: a GGUF file, which may have no weights, or a folder with tokenizer.json.")
    private @Nullable Path model;

    @Option(
            names = "--jsonl",
            description = "Answers each line of standard input, such an object, with a line"
                    + " {\"text\": …, \"tokens\": …}.")
    private boolean jsonLines;

    HarmonyRenderCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if (jsonLines) {
            HarmonyVocabulary vocabulary = HarmonyInput.vocabulary(model);
            return new JsonLines(streams.in(), streams.out(), SHAPE)
                    .answer((request, answer) -> answer(conversation(request), vocabulary, answer));
        }
        String text = HarmonyRenderer.text(conversation(request(HarmonyInput.text(streams, model))));
        streams.out().write((streams.outputIsTerminal() ? Printable.lines(text) : text) + "\n");
        return ExitCode.OK;
    }

    private static void answer(HarmonyConversation conversation, HarmonyVocabulary vocabulary, ObjectNode answer) {
        answer.put("text", HarmonyRenderer.text(conversation));
        ArrayNode tokens = answer.putArray("tokens");
        for (int id : HarmonyRenderer.ids(conversation, vocabulary)) {
            tokens.add(id);
        }
    }

    private static JsonNode request(String input) {
        try {
            return Json.MAPPER.readTree(input);
        } catch (JacksonException e) {
            throw new RequestException(
                    "Standard input is not JSON from line " + e.getLocation().getLineNr() + " on.", e);
        }
    }

    private static HarmonyConversation conversation(JsonNode request) {
        if (Json.plain(request) instanceof Map<?, ?> object) {
            return HarmonyJson.conversation(object);
        }
        throw new RequestException("Standard input is no JSON object; write " + SHAPE + ".");
    }
}
