package ouverture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import ouverture.file.Metadata;
import ouverture.text.SpecialVocabulary;
import ouverture.text.Tokenizer;

/// The second table in `docs/models.md` is what the switch does with the published chat templates of the
/// conformance data; `-Douverture.golden=update` writes it.
class TemplateTableTest {
    private static final Path DOCUMENT = Path.of("../docs/models.md");
    private static final String BEGIN = "<!-- templates -->\n";
    private static final String END = "<!-- end of templates -->\n";
    private static final int POSITIONS = 200_000;

    @Test
    void documentHasTheTable() throws IOException {
        Path folder = Shared.path("conformance/templates");
        String document = Files.readString(DOCUMENT);
        String expected = document.substring(0, document.indexOf(BEGIN) + BEGIN.length())
                + table(folder)
                + document.substring(document.indexOf(END));
        if (System.getProperty("ouverture.golden", "").equals("update")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(expected);
    }

    private static String table(Path folder) throws IOException {
        StringBuilder table =
                new StringBuilder("| Template | `off` | `high` | `500` | Tools |\n| --- | --- | --- | --- | --- |\n");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> templates = files.filter(file -> file.toString().endsWith(".jinja"))
                    .sorted()
                    .toList();
            for (Path template : templates) {
                String source = Files.readString(template);
                table.append("| ")
                        .append(template.getFileName().toString().replace(".jinja", ""))
                        .append(" | ")
                        .append(cell(source, "off"))
                        .append(" | ")
                        .append(cell(source, "high"))
                        .append(" | ")
                        .append(cell(source, "500"))
                        .append(" | ")
                        .append(source.contains("tools") ? "template" : "in words")
                        .append(" |\n");
            }
        }
        return table.toString();
    }

    private static String cell(String source, String setting) {
        List<String> control = source.contains("<|channel|>")
                ? List.of(
                        "<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>")
                : List.of("<|im_start|>", "<|im_end|>");
        Tokenizer tokenizer = SpecialVocabulary.of(control, List.of());
        ReasoningApplied applied = ChatPrompt.of(
                        new Metadata("m.gguf", Map.of("tokenizer.chat_template", source)), tokenizer)
                .orElseThrow()
                .prompt(ChatRequest.of("Hi").withReasoning(Reasoning.parse(setting)), POSITIONS)
                .applied();
        if (!applied.note().isEmpty()) {
            return "does not think";
        }
        String set = applied.byTemplate().equals("none") ? "" : "`" + applied.byTemplate() + "`";
        String enforced = applied.enforced().equals("none") ? "" : applied.enforced();
        return set + (set.isEmpty() || enforced.isEmpty() ? "" : "; ") + enforced;
    }
}
