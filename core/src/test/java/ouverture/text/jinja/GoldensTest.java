package ouverture.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import ouverture.error.TemplateException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Small templates of every construct, as Jinja2 renders them; `tools/reference/jinja_goldens.py` writes the
/// file.
class GoldensTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> rendersAsJinja2() throws IOException {
        JsonNode goldens;
        try (InputStream in = Objects.requireNonNull(GoldensTest.class.getResourceAsStream("goldens.json"))) {
            goldens = MAPPER.readTree(in);
        }
        Map<String, Object> variables =
                MAPPER.convertValue(goldens.get("variables"), new TypeReference<Map<String, Object>>() {});
        LocalDateTime now = LocalDateTime.parse(goldens.get("now").stringValue());
        assertThat(goldens.get("cases").size()).isGreaterThan(500);
        return goldens.get("cases").valueStream().map(test -> {
            String source = test.get("source").stringValue();
            return dynamicTest(test.get("topic").stringValue() + ": " + source, () -> {
                if (test.has("error")) {
                    assertThatThrownBy(() -> Template.parse(source).render(variables, now, Limits.DEFAULT))
                            .isInstanceOf(TemplateException.class)
                            .hasMessageStartingWith("Chat template, line ");
                } else {
                    assertThat(Template.parse(source).render(variables, now, Limits.DEFAULT))
                            .isEqualTo(test.get("expected").stringValue());
                }
            });
        });
    }
}
