package ouverture.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.error.TemplateException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `ouverture template`: a conversation as the model sees it.
@Command(
        name = "template",
        description = {
            "Renders a conversation with a chat template, as the model sees it.",
            "Without --messages it is a short conversation that shows how the template frames it;"
                    + " `inspect --template` prints the template itself."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class TemplateCommand implements Callable<Integer> {
    private static final String SAMPLE = """
            {"messages": [{"role": "user", "content": "What is 2 + 2?"},
                {"role": "assistant", "content": "It is 4."}, {"role": "user", "content": "And 3 + 3?"}]}""";

    private final Streams streams;

    @Parameters(
            index = "0",
            paramLabel = "FILE-OR-MODEL",
            description = "A .jinja file, a GGUF file, which may have a vocabulary and no weights, a folder with"
                    + " safetensors, or default.")
    private Path file = Path.of("");

    @Option(
            names = "--messages",
            paramLabel = "FILE",
            description = "Renders the conversation in FILE: an object as for --jsonl, or the list of messages alone;"
                    + " - is standard input.")
    private @Nullable Path messages;

    @Option(
            names = "--jsonl",
            description = "Answers each line {\"messages\": …, \"tools\": …, \"add_generation_prompt\": …,"
                    + " \"kwargs\": …, \"bos_token\": …, \"eos_token\": …, \"now\": …} of standard input with a line"
                    + " {\"text\": …} or {\"error\": …}; all but the messages may be left out.")
    private boolean jsonLines;

    TemplateCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if (jsonLines && messages != null) {
            throw new RequestException("--messages and --jsonl exclude each other; use one of them.");
        }
        PromptTemplate template = PromptTemplate.open(file);
        if (jsonLines) {
            return new JsonLines(streams.in(), streams.out(), PromptTemplate.SHAPE)
                    .answer((request, answer) -> answer(template, request, answer));
        }
        String text = template.render(messages == null ? Json.MAPPER.readTree(SAMPLE) : request(messages));
        streams.out().write((streams.outputIsTerminal() ? Printable.lines(text) : text) + "\n");
        return ExitCode.OK;
    }

    /// That a template refuses a conversation is an answer as good as any.
    private static void answer(PromptTemplate template, JsonNode request, ObjectNode answer) {
        try {
            answer.put("text", template.render(request));
        } catch (TemplateException e) {
            answer.put("error", Failures.sentence(e));
        }
    }

    private JsonNode request(Path source) throws IOException {
        boolean standardInput = source.toString().equals("-");
        String name = standardInput ? "Standard input" : "The file " + source;
        byte[] bytes = standardInput ? streams.in().readAllBytes() : Files.readAllBytes(source);
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(PromptSource.decode(bytes, name));
        } catch (JacksonException e) {
            throw new RequestException(
                    name + " is not JSON from line " + e.getLocation().getLineNr() + " on.", e);
        }
        if (root.isArray()) {
            return Json.object().set("messages", root);
        }
        if (!root.path("messages").isArray()) {
            throw new RequestException(name + " has no list of messages.");
        }
        return root;
    }
}
