package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import ouverture.server.answer.Backend;
import ouverture.server.api.Endpoint;
import ouverture.server.field.Row;
import ouverture.server.field.Standing;
import ouverture.server.metric.ServerMetrics;
import ouverture.server.model.Models;

/// The tables in `docs/api.md` are what the code says; `-Douverture.golden=update` writes them.
class ApiTableTest {
    private static final Path DOCUMENT = Path.of("../docs/api.md");
    private static final String BEGIN = "<!-- fields -->\n";
    private static final String END = "<!-- end -->\n";

    @Test
    void documentHasTheTables() throws IOException {
        String document = Files.readString(DOCUMENT);
        int from = document.indexOf(BEGIN) + BEGIN.length();
        int to = document.indexOf(END);
        String expected = document.substring(0, from) + tables() + document.substring(to);
        if (System.getProperty("ouverture.golden", "").equals("update")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(expected);
    }

    private static String tables() {
        try (ServerMetrics metrics = new ServerMetrics();
                Models models = new Models(List.of(), 1)) {
            List<Endpoint<?>> endpoints = Server.endpoints(new Backend(models, metrics), Optional.empty());
            return endpoints.stream()
                    .map(endpoint -> endpoint.api().title())
                    .distinct()
                    .map(title -> "\n## " + title + "\n"
                            + endpoints.stream()
                                    .filter(endpoint -> endpoint.api().title().equals(title))
                                    .map(ApiTableTest::endpoint)
                                    .collect(Collectors.joining()))
                    .collect(Collectors.joining("\n"))
                    .substring(1)
                    .replaceAll("\n+$", "\n");
        }
    }

    private static String endpoint(Endpoint<?> endpoint) {
        List<Row> rows = endpoint.rows();
        return "\n### `" + endpoint.method() + " " + endpoint.path() + "`\n\n" + endpoint.meaning() + "\n"
                + (rows.isEmpty()
                        ? ""
                        : "\n| Field | Takes | Without it | What becomes of it |\n| --- | --- | --- | --- |\n")
                + rows.stream().map(ApiTableTest::row).collect(Collectors.joining());
    }

    private static String row(Row row) {
        String standing =
                row.standing() == Standing.HONOURED ? "" : row.standing().words() + ": ";
        return "| `" + row.path() + "` | " + row.words() + " | " + row.otherwise() + " | "
                + (standing + row.meaning()).replace("|", "\\|") + " |\n";
    }
}
