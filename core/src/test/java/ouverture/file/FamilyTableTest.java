package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import ouverture.model.Family;
import ouverture.model.family.Families;

/// The first table in `docs/models.md` is what the code says; `-Douverture.golden=update` writes it.
class FamilyTableTest {
    private static final Path DOCUMENT = Path.of("../docs/models.md");
    private static final Path SOURCES = Path.of("src/main/java/ouverture/model/family");
    private static final String BEGIN = "<!-- families -->\n";
    private static final String END = "<!-- end of families -->\n";

    @Test
    void documentHasTheTable() throws IOException {
        String document = Files.readString(DOCUMENT);
        String expected = document.substring(0, document.indexOf(BEGIN) + BEGIN.length())
                + table()
                + document.substring(document.indexOf(END));
        if (System.getProperty("ouverture.golden", "").equals("update")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(expected);
    }

    private static String table() throws IOException {
        StringBuilder table =
                new StringBuilder("| Models | Architecture | Safetensors | Context up to | Licences | File |"
                        + "\n| --- | --- | --- | --- | --- | --- |\n");
        for (Family family : Families.ALL) {
            Path source = source(family);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | `%s` | %s | %,d | %s | [%d lines](../core/%s) |%n",
                    family.published().models(),
                    family.name(),
                    classes(family),
                    family.published().contextLength(),
                    family.published().licences(),
                    lines(source),
                    source));
        }
        return table.toString();
    }

    private static String classes(Family family) {
        List<String> classes = HuggingFaceFamilies.all().stream()
                .filter(each -> each.architecture().equals(family.name()))
                .flatMap(each -> each.classes().stream())
                .sorted()
                .map(name -> "`" + name + "`")
                .toList();
        return classes.isEmpty() ? "no" : String.join(", ", classes);
    }

    /// The file that names the architecture.
    private static Path source(Family family) throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> text(file).matches("(?s).*new Family\\(\\s*\"" + family.name() + "\".*"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long lines(Path file) {
        return text(file).lines().count();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
