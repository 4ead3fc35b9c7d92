package ouverture.text.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The table in `docs/reasoning.md` is what the code says; `-Douverture.golden=update` writes it.
class FormatTableTest {
    private static final Path DOCUMENT = Path.of("../docs/reasoning.md");
    private static final String BEGIN = "<!-- families -->\n";
    private static final String END = "<!-- end -->\n";

    @Test
    void documentHasTheTable() throws IOException {
        String document = Files.readString(DOCUMENT);
        int from = document.indexOf(BEGIN) + BEGIN.length();
        int to = document.indexOf(END);
        String expected = document.substring(0, from) + table() + document.substring(to);
        if (System.getProperty("ouverture.golden", "").equals("update")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(expected);
    }

    private static String table() {
        return "| Families | Thoughts | Calls | Ends with |\n| --- | --- | --- | --- |\n"
                + OutputFormat.ALL.stream()
                        .map(format -> "| " + format.families() + " | "
                                + format.thoughts()
                                        .map(thoughts -> code(thoughts.open()) + " … " + code(thoughts.close()))
                                        .orElse("none")
                                + " | " + calls(format) + " | "
                                + (format.end().isEmpty()
                                        ? "a token"
                                        : code(format.end().getLast()))
                                + " |\n")
                        .collect(Collectors.joining());
    }

    private static String calls(OutputFormat format) {
        if (format.isHarmony()) {
            return "messages with a recipient";
        }
        String blocks = format.calls().blocks().stream()
                .map(block -> code(block.open()))
                .collect(Collectors.joining(", "));
        List<String> ways = format.calls().bare()
                ? (blocks.isEmpty() ? List.of("JSON") : List.of(blocks, "JSON"))
                : List.of(blocks);
        return String.join(", ", ways);
    }

    private static String code(String text) {
        return "`" + text.replace("|", "\\|") + "`";
    }
}
