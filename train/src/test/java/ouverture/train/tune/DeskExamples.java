package ouverture.train.tune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Makes the examples of `examples/desk`: what a customer writes, and the line that a help desk wants of it, with
/// the desk's own code and the number of the order.
final class DeskExamples {
    static final Path FOLDER = Path.of("..", "examples", "desk");

    /// Examples of each of the two files.
    static final int COUNT = 200;

    private static final JsonMapper JSON = JsonMapper.shared();

    /// Lines under their headings, such as `K7 train`.
    private final Map<String, List<String>> wordings = new LinkedHashMap<>();

    DeskExamples() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(FOLDER.resolve("wordings.txt"))) {
            if (line.startsWith("[")) {
                lines = new ArrayList<>();
                wordings.put(line.substring(1, line.indexOf(']')), lines);
            } else if (!line.startsWith("#")) {
                lines.addAll(List.of(line.replace("\\n", "\n").split(" \\| ")));
            }
        }
    }

    /// The examples of one of the two files, each another one, as JSON lines; the codes and their
    /// wordings come in turn.
    ///
    /// @param part `train` or `held-out`
    List<String> lines(String part) {
        List<String> codes = wordings.keySet().stream()
                .filter(name -> name.endsWith(" " + part) && Character.isUpperCase(name.charAt(0)))
                .toList();
        Random random = new Random(part.hashCode());
        Set<String> lines = new LinkedHashSet<>();
        while (lines.size() < COUNT) {
            int number = lines.size();
            lines.add(line(codes.get(number % codes.size()), number / codes.size(), part, random));
        }
        return List.copyOf(lines);
    }

    private String line(String code, int number, String part, Random random) {
        String order = String.valueOf(10_000 + random.nextInt(90_000));
        String message = pick("frame " + part, random)
                .replace(
                        "{text}",
                        section(code)
                                .get(number % section(code).size())
                                .replace("{product}", pick("product " + part, random)))
                .replace("{name}", pick("name " + part, random))
                .replace("{order}", order);
        ObjectNode answer = JSON.createObjectNode()
                .put("desk", code.substring(0, code.indexOf(' ')))
                .put("order", order);
        ObjectNode example = JSON.createObjectNode();
        var messages = example.putArray("messages");
        messages.addObject().put("role", "user").put("content", message);
        messages.addObject().put("role", "assistant").put("content", answer.toString());
        return example.toString();
    }

    private String pick(String section, Random random) {
        return section(section).get(random.nextInt(section(section).size()));
    }

    private List<String> section(String name) {
        return Objects.requireNonNull(wordings.get(name), name);
    }
}
