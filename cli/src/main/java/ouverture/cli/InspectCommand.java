package ouverture.cli;

import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.file.ModelFile;
import ouverture.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// Tells what a model file is without running it. What comes from the file is printed without control
/// characters, so that a hostile file cannot steer the terminal.
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = "Tells what a model file is: family, size, formats, context, memory needed, licence.")
final class InspectCommand implements Callable<Integer> {
    private static final int LIST_ITEMS = 8;
    private static final int MOST_TEXT = 120;

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a folder with safetensors, or default.")
    private Path model = Path.of("");

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Computes the memory for N tokens; 0 takes the model's length, at most 4096"
                    + " (default: ${DEFAULT-VALUE}).")
    private int context;

    @Option(names = "--metadata", description = "Lists the header instead, long values shortened.")
    private boolean metadata;

    @Option(names = "--tensors", description = "Lists the tensors instead.")
    private boolean tensors;

    @Option(names = "--template", description = "Prints the chat template instead.")
    private boolean template;

    @Option(names = "--json", description = "Prints one JSON object; the lists are added to it.")
    private boolean json;

    InspectCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if (context < 0) {
            throw new RequestException("The context is " + context + " tokens; it must be at least 0.");
        }
        StringBuilder page = new StringBuilder();
        try (ModelFile file = ModelFile.open(model)) {
            if (json) {
                page.append(Json.line(object(file))).append('\n');
            } else if (metadata || tensors || template) {
                lists(file, page);
            } else {
                summary(Inspection.of(file, context), page);
            }
        }
        streams.out().write(page.toString());
        return ExitCode.OK;
    }

    private ObjectNode object(ModelFile file) {
        ObjectNode object = Json.object(Inspection.of(file, context));
        if (metadata) {
            Map<String, Object> values = new LinkedHashMap<>();
            file.metadata().values().forEach((key, value) -> values.put(key, Excerpt.of(value)));
            object.putPOJO("metadata", values);
        }
        if (tensors) {
            object.putPOJO(
                    "tensors", file.tensors().values().stream().map(Entry::of).toList());
        }
        if (template) {
            object.put("template", template(file));
        }
        return object;
    }

    private void lists(ModelFile file, StringBuilder page) {
        if (metadata) {
            Table table = new Table("", "ll");
            file.metadata().values().forEach((key, value) -> table.row(Printable.line(key, MOST_TEXT), shown(value)));
            table.appendTo(page);
        }
        if (tensors) {
            Table table = new Table("", "llrr");
            for (Tensor tensor : file.tensors().values()) {
                table.row(
                        Printable.line(tensor.name(), MOST_TEXT),
                        tensor.type().name(),
                        shape(tensor).stream().map(String::valueOf).collect(Collectors.joining(" x ")),
                        Units.bytes(tensor.bytes()));
            }
            table.appendTo(page);
        }
        if (template) {
            page.append(Printable.lines(template(file))).append('\n');
        }
    }

    private static String template(ModelFile file) {
        return file.metadata()
                .string("tokenizer.chat_template")
                .orElseThrow(() -> new RequestException(file.metadata().file() + " has no chat template."));
    }

    private static void summary(Inspection model, StringBuilder page) {
        Table table = new Table("", "ll");
        table.row("File", Printable.line(model.file()));
        table.row("Size", Units.bytes(model.fileBytes()) + ", " + model.container());
        row(table, "Name", model.name());
        table.row(
                "Family",
                (model.architecture().isEmpty()
                                ? "not named in the file"
                                : Printable.line(model.architecture(), MOST_TEXT))
                        + (model.runnable() ? ", runs here" : ", does not run here"));
        if (model.reason() != null) {
            table.row("", Printable.line(model.reason()));
        }
        if (model.parameters() > 0) {
            table.row("Parameters", Units.count(model.parameters()) + " (" + Units.digits(model.parameters()) + ")");
        }
        row(table, "Context", model.contextLength() == null ? null : Units.digits(model.contextLength()) + " tokens");
        row(table, "Shape", dimensions(model));
        table.row("Tokenizer", tokenizer(model.tokenizer()));
        table.row("Chat template", model.chatTemplate() ? "yes (--template prints it)" : "none");
        row(table, "Licence", model.license() == null ? "not stated in the file" : model.license());
        table.appendTo(page);
        formats(model, page);
        if (model.memory() != null) {
            memory(model.memory(), page);
        }
    }

    private static void row(Table table, String name, @Nullable String value) {
        if (value != null) {
            table.row(name, Printable.line(value, MOST_TEXT));
        }
    }

    private static @Nullable String dimensions(Inspection model) {
        List<String> parts = new ArrayList<>();
        addCount(parts, model.layers(), "layer");
        if (model.width() != null) {
            parts.add("width " + model.width());
        }
        addCount(parts, model.heads(), "head");
        addCount(parts, model.kvHeads(), "key/value head");
        return parts.isEmpty() ? null : String.join(", ", parts);
    }

    private static void addCount(List<String> parts, @Nullable Long count, String noun) {
        if (count != null) {
            parts.add(Units.count(count, noun));
        }
    }

    private static String tokenizer(Inspection.Vocabulary tokenizer) {
        if (tokenizer.kind() == null) {
            return "none: only token ids go in and out";
        }
        String kind = Printable.line(tokenizer.kind(), MOST_TEXT)
                + (tokenizer.pre() == null ? "" : " (" + Printable.line(tokenizer.pre(), MOST_TEXT) + ")");
        return tokenizer.reason() != null
                ? kind + ", unusable: " + Printable.line(tokenizer.reason())
                : kind + ", " + Units.digits(tokenizer.size() == null ? 0 : tokenizer.size()) + " tokens";
    }

    private static void formats(Inspection model, StringBuilder page) {
        if (model.formats().isEmpty()) {
            return;
        }
        page.append("\nTensors\n");
        Table table = new Table("  ", "lrr").row("format", "tensors", "bytes");
        for (Inspection.Format format : model.formats()) {
            table.row(format.type(), String.valueOf(format.tensors()), Units.bytes(format.bytes()));
        }
        table.appendTo(page);
    }

    private static void memory(Inspection.Memory memory, StringBuilder page) {
        page.append("\nMemory for " + Units.digits(memory.context()) + " tokens (this machine has "
                + Units.bytes(memory.machineBytes()) + ", " + Units.bytes(memory.availableBytes()) + " available)\n");
        Table table = new Table("  ", "lrrrrl").row("kv-cache", "weights", "cache", "scratch", "together", "verdict");
        for (Inspection.Need need : memory.needs()) {
            table.row(
                    need.kvCache(),
                    Units.bytes(need.weightBytes()),
                    Units.bytes(need.cacheBytes()),
                    Units.bytes(need.scratchBytes()),
                    Units.bytes(need.totalBytes()),
                    verdict(need));
        }
        table.appendTo(page);
    }

    private static String verdict(Inspection.Need need) {
        if (need.fits()) {
            return "fits";
        }
        if (need.fittingContext() > 0) {
            return "fits with --context " + need.fittingContext();
        }
        return need.fitsLargerThanMemory() ? "runs with --larger-than-memory" : "does not fit";
    }

    /// Rows and columns as the engine sees them; one number for a vector.
    private static List<Integer> shape(Tensor tensor) {
        if (tensor.planes() > 1) {
            return List.of(tensor.planes(), tensor.rows(), tensor.columns());
        }
        return tensor.rows() > 1 ? List.of(tensor.rows(), tensor.columns()) : List.of(tensor.columns());
    }

    private static String shown(Object value) {
        return switch (Excerpt.of(value)) {
            case Excerpt(int length, List<Object> first) ->
                first.stream().map(InspectCommand::scalar).collect(Collectors.joining(", ", "[", ""))
                        + (first.size() < length ? ", … " + Units.digits(length) + " in all]" : "]");
            case Object other -> scalar(other);
        };
    }

    private static String scalar(Object value) {
        return switch (value) {
            case String text -> '"' + Printable.line(text, MOST_TEXT) + '"';
            // Files have F32 mostly, whose digits as a double nobody wrote.
            case Double number when number.floatValue() == number -> String.valueOf(number.floatValue());
            default -> String.valueOf(value);
        };
    }

    /// A tensor in the list of `--tensors --json`.
    record Entry(String name, String type, List<Integer> shape, long bytes) {
        static Entry of(Tensor tensor) {
            return new Entry(tensor.name(), tensor.type().name(), InspectCommand.shape(tensor), tensor.bytes());
        }
    }

    /// The start of a list in the header.
    ///
    /// @param length of the whole list
    record Excerpt(int length, List<Object> first) {
        /// The excerpt of a list; any other value as it is.
        static Object of(Object value) {
            if (value instanceof List<?> list) {
                return new Excerpt(list.size(), List.copyOf(list.subList(0, Math.min(LIST_ITEMS, list.size()))));
            }
            if (!value.getClass().isArray()) {
                return value;
            }
            int length = Array.getLength(value);
            List<Object> first = new ArrayList<>();
            for (int i = 0; i < Math.min(LIST_ITEMS, length); i++) {
                first.add(Array.get(value, i));
            }
            return new Excerpt(length, first);
        }
    }
}
