package ouverture.text.harmony;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import ouverture.Shared;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `conformance/harmony/harmony.json`.
final class HarmonyCases {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private HarmonyCases() {}

    /// All of it; empty where it may be left out.
    static Optional<JsonNode> read() {
        return Shared.folder("conformance/harmony").map(folder -> MAPPER.readTree(folder.resolve("harmony.json")));
    }

    /// The cases of a list; none where they may be left out.
    static List<JsonNode> of(String key) {
        return read().map(node -> node.path(key).valueStream().toList()).orElse(List.of());
    }

    static Map<String, Object> object(JsonNode node) {
        return MAPPER.convertValue(node, new TypeReference<Map<String, Object>>() {});
    }

    static Map<String, Object> object(String json) {
        return object(MAPPER.readTree(json));
    }

    static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    static List<Map<String, Object>> objects(List<HarmonyMessage> messages) {
        return messages.stream().map(HarmonyJson::object).toList();
    }

    /// The messages that events tell, after a check that the pieces of each text make up the whole.
    static List<HarmonyMessage> told(List<HarmonyEvent> events) {
        StringBuilder text = new StringBuilder();
        List<HarmonyMessage> messages = new ArrayList<>();
        for (HarmonyEvent event : events) {
            switch (event) {
                case HarmonyEvent.Opened _ -> text.setLength(0);
                case HarmonyEvent.Text more -> text.append(more.text());
                case HarmonyEvent.Closed closed -> {
                    assertThat(closed.message().content()).isEqualTo(new HarmonyContent.Text(text.toString()));
                    messages.add(closed.message());
                }
            }
        }
        return messages;
    }

    /// The two columns of a table among the test resources, separated by ` ; `; lines that begin with # are
    /// comments.
    static Stream<Arguments> table(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(HarmonyCases.class.getResourceAsStream(resource))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arguments.of((Object[]) line.split(" ; ", 2)));
        }
    }
}
