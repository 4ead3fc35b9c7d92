package ouverture.text.harmony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.error.RequestException;

/// Declarations of tools beyond the conformance cases, as the reference library's source has them, and input that
/// cannot be rendered.
class HarmonyRendererTest {
    @ParameterizedTest
    @MethodSource
    void schemasAsTypes(String schema, String type) {
        String expected = "type f = (_: " + type.replace('^', '\n') + ") => any;\n";

        assertThat(rendered(schema)).contains(expected);
    }

    private static Stream<Arguments> schemasAsTypes() throws IOException {
        return HarmonyCases.table("types.txt");
    }

    @Test
    void linesOfDescriptionsBecomeComments() {
        ToolFunction function = new ToolFunction("f", "one\r\ntwo\n\nthree\n", null);

        assertThat(HarmonyRenderer.text(conversation(List.of(function))))
                .contains("namespace functions {\n\n// one\n// two\n// \n// three\ntype f = () => any;\n\n} //");
    }

    @Test
    void deepSchemasAreRefused() {
        String deep = "{\"type\": \"array\", \"items\": ".repeat(400) + "true" + "}".repeat(400);

        assertThatThrownBy(() -> rendered(deep))
                .isInstanceOf(RequestException.class)
                .hasMessage("The schema of the function f is nested deeper than 128 types; simplify it.");
    }

    @Test
    void schemasThatContainThemselvesAreRefused() {
        Map<String, Object> self = new HashMap<>();
        self.put("type", "array");
        self.put("items", self);

        assertThatThrownBy(() -> HarmonyRenderer.text(conversation(List.of(new ToolFunction("f", "", self)))))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("nested deeper");
    }

    @Test
    void longDeclarationsAreRefused() {
        Map<String, Object> properties = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            properties.put("p" + i, Map.of("type", "string"));
        }
        Map<String, Object> schema = Map.of("type", "object", "properties", properties);
        for (int i = 0; i < 100; i++) {
            schema = Map.of("type", "object", "properties", Map.of("p", schema));
        }
        List<ToolFunction> functions = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            functions.add(new ToolFunction("f" + i, "", schema));
        }

        assertThatThrownBy(() -> HarmonyRenderer.text(conversation(functions)))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("more than 8388608 characters");
    }

    @ParameterizedTest
    @MethodSource
    void mistakesAreNamed(String json, String sentence) {
        assertThatThrownBy(() -> HarmonyRenderer.text(HarmonyJson.conversation(HarmonyCases.object(json))))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(sentence);
    }

    private static Stream<Arguments> mistakesAreNamed() throws IOException {
        return HarmonyCases.table("mistakes.txt");
    }

    @Test
    void settingsThatAreNullAreLeftOut() {
        String json = """
                {"conversation": {"messages": [{"role": "system", "system": {"model_identity": null,
                    "knowledge_cutoff": null, "reasoning_effort": null, "valid_channels": []}}]}}""";

        assertThat(HarmonyRenderer.text(HarmonyJson.conversation(HarmonyCases.object(json))))
                .isEqualTo("<|start|>system<|message|><|end|>");
    }

    private static String rendered(String schema) {
        return HarmonyRenderer.text(conversation(List.of(new ToolFunction("f", "", HarmonyCases.object(schema)))));
    }

    private static HarmonyConversation conversation(List<ToolFunction> functions) {
        return HarmonyConversation.prompt(List.of(new HarmonyMessage(
                HarmonyHeader.of(HarmonyRole.DEVELOPER), new HarmonyContent.DeveloperSettings(null, functions))));
    }
}
