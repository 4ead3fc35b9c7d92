package ouverture.text.harmony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.error.RequestException;

/// Declarations of tools beyond the conformance cases, as the reference library writes them (recorded with npm's
/// openai-harmony 0.4.0), and input that cannot be rendered.
class HarmonyRendererTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"type": "array"}                                        | Array<any>
            {"type": "array", "items": true}                         | any[]
            {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}} | number[][]
            {"type": ["integer", "null", 5]}                         | number / null
            {"type": []}                                             | any
            {"type": "string", "enum": []}                           | string
            {"type": "string", "enum": ["a", 1, "b"]}                | "a" / "b"
            {"enum": ["a"]}                                          | any
            {"$ref": "#/$defs/self", "$defs": {"self": {"$ref": "#/$defs/self"}}} | any
            {"type": "object"}                                       | {^}
            {"type": "object", "properties": {"a": 5}}               | {^a?: any,^}
            {"type": "object", "properties": {"a": {"type": "number", "default": 1e-7}}}  | {^a?: number, // default: 1e-7^}
            {"type": "object", "properties": {"a": {"type": "number", "default": 1.5e300}}} | {^a?: number, // default: 1.5e300^}
            {"type": "object", "properties": {"a": {"type": "number", "default": 1e21}}}  | {^a?: number, // default: 1e21^}
            {"type": "object", "properties": {"a": {"type": "number", "default": 1.0}}}   | {^a?: number, // default: 1.0^}
            {"type": "object", "properties": {"a": {"type": "number", "default": 0.00001}}} | {^a?: number, // default: 0.00001^}
            {"type": "object", "properties": {"a": {"type": "number", "default": -12345678.125}}} | {^a?: number, // default: -12345678.125^}
            {"type": "object", "properties": {"a": {"type": "number", "default": 18446744073709551615}}} | {^a?: number, // default: 18446744073709551615^}
            {"type": "object", "properties": {"a": {"type": "number", "default": 18446744073709551616}}} | {^a?: number, // default: 1.8446744073709552e19^}
            {"type": "object", "properties": {"a": {"type": "array", "default": [1, "x\\n", null, {"k": true}]}}} | {^a?: Array<any>, // default: [1,"x\\n",null,{"k":true}]^}
            {"type": "object", "properties": {"a": {"type": "string", "nullable": true}}, "required": ["a"]} | {^a: string / null,^}
            {"type": "object", "properties": {"a": {"oneOf": "no", "description": "d", "default": 1, "type": "string"}}} | {^a?: string,^}
            {"oneOf": [{"type": "string", "enum": ["x"], "default": "x", "description": "d"}, {"type": "null", "nullable": true}]} | ^ / "x" // d default: "x"^ / any / null
            {"type": "object", "properties": {"a": {"description": "d", "oneOf": [{"type": "string", "description": "d"}, {"type": "number", "description": "e", "default": "n"}]}}} | {^a?:^ / string^ / number // e default: "n"^,^}
            """)
    void schemasAsTypes(String schema, String type) {
        String expected = "type f = (_: " + type.replace(" / ", " | ").replace('^', '\n') + ") => any;\n";

        assertThat(rendered(schema)).contains(expected);
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
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {}                                                                    | no "conversation" with a list
            {"conversation": {"messages": [5]}}                                   | Message 1 is no object.
            {"conversation": {"messages": [{"text": "a"}]}}                       | Message 1 has no "role".
            {"conversation": {"messages": [{"role": "king", "text": "a"}]}}       | The "role" of message 1 is no role
            {"conversation": {"messages": [{"role": "user"}]}}                    | Message 1 needs one of "text"
            {"conversation": {"messages": [{"role": "user", "text": "a", "system": {}}]}} | Message 1 needs one of "text"
            {"conversation": {"messages": [{"role": "user", "text": 5}]}}         | Message 1 has a "text" that is no string.
            {"conversation": {"messages": [{"role": "user", "system": {}}]}}      | role user holds another role's settings
            {"conversation": {"messages": [{"role": "tool", "text": "a"}]}}       | A message of a tool has no name
            {"conversation": {"messages": []}, "next_role": "king"}               | "next_role" is no role
            {"conversation": {"messages": []}, "auto_drop_analysis": 1}           | neither true nor false
            {"conversation": {"messages": [{"role": "system", "system": {"reasoning_effort": "huge"}}]}} | The reasoning effort is "huge"
            {"conversation": {"messages": [{"role": "system", "system": {"effort": "low"}}]}} | unknown key "effort"
            {"conversation": {"messages": [{"role": "system", "system": {"builtin_tools": ["hammer"]}}]}} | unknown built-in tool
            {"conversation": {"messages": [{"role": "system", "system": {"valid_channels": [1]}}]}} | no list of strings
            {"conversation": {"messages": [{"role": "developer", "developer": {"functions": {}}}]}} | "functions" that is no list
            {"conversation": {"messages": [{"role": "developer", "developer": {"functions": [{}]}}]}} | Function 1 of message 1 has no "name".
            {"conversation": {"messages": [{"role": "developer", "developer": {"functions": [{"name": "f", "parameters": 1}]}}]}} | "parameters" of function 1 of message 1 is no object.
            """)
    void mistakesAreNamed(String json, String sentence) {
        assertThatThrownBy(() -> HarmonyRenderer.text(HarmonyJson.conversation(HarmonyCases.object(json))))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(sentence);
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
