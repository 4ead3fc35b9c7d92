package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import ouverture.Shared;
import ouverture.error.TemplateException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The templates of real models over the conversations of the conformance kit, byte for byte as Jinja2 renders
/// them.
class ChatTemplateTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TestFactory
    List<DynamicNode> rendersTheConformanceCases() throws IOException {
        Optional<Path> folder = Shared.folder("conformance/templates");
        if (folder.isEmpty()) {
            return List.of();
        }
        JsonNode conversations =
                MAPPER.readTree(folder.get().resolve("conversations.json")).get("conversations");
        List<DynamicNode> templates = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.get())) {
            for (Path file : files.filter(path -> path.toString().endsWith(".cases.json"))
                    .sorted()
                    .toList()) {
                templates.add(cases(MAPPER.readTree(file), folder.get(), conversations));
            }
        }
        assertThat(templates).hasSize(28);
        return templates;
    }

    private static DynamicContainer cases(JsonNode file, Path folder, JsonNode conversations) throws IOException {
        String name = file.get("template").stringValue();
        ChatTemplate template = ChatTemplate.parse(Files.readString(folder.resolve(name)));
        LocalDateTime now = LocalDateTime.parse(file.get("now").stringValue());
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode test : file.get("cases")) {
            String conversation = test.get("conversation").stringValue();
            JsonNode input = conversations.get(conversation);
            Map<String, Object> variables = new HashMap<>();
            variables.put("messages", plain(input.get("messages")));
            variables.put("tools", input.has("tools") ? plain(input.get("tools")) : null);
            variables.put("documents", null);
            variables.put(
                    "add_generation_prompt", test.get("add_generation_prompt").booleanValue());
            variables.put("bos_token", file.get("bos_token").stringValue());
            variables.put("eos_token", file.get("eos_token").stringValue());
            variables.putAll(MAPPER.convertValue(test.get("kwargs"), new TypeReference<Map<String, Object>>() {}));
            tests.add(
                    dynamicTest(conversation + " " + test.get("kwargs"), () -> check(test, template, variables, now)));
        }
        return dynamicContainer(name, tests);
    }

    /// As maps, lists, strings and numbers; `1.0` stays a Double.
    private static Object plain(JsonNode node) {
        return MAPPER.convertValue(node, Object.class);
    }

    private static void check(JsonNode test, ChatTemplate template, Map<String, Object> variables, LocalDateTime now) {
        if (test.has("error")) {
            assertThatThrownBy(() -> template.render(variables, now)).isInstanceOf(TemplateException.class);
        } else {
            assertThat(template.render(variables, now))
                    .isEqualTo(test.get("expected").stringValue());
        }
    }

    @Test
    void rendersWithTheClockOfTheSystem() {
        LocalDateTime before = LocalDateTime.now(ZoneId.systemDefault());
        String year = ChatTemplate.parse("{{ strftime_now('%Y') }}").render(Map.of());
        assertThat(year)
                .isIn(
                        String.valueOf(before.getYear()),
                        String.valueOf(LocalDateTime.now(ZoneId.systemDefault()).getYear()));
    }

    @Test
    void leavesTheCallersVariablesAlone() {
        List<Object> messages = new ArrayList<>(List.of("a"));
        String text = ChatTemplate.parse("{% set _ = messages.append('b') %}{{ messages }}")
                .render(Map.of("messages", messages));
        assertThat(text).isEqualTo("['a', 'b']");
        assertThat(messages).containsExactly("a");
    }

    @Test
    void saysThatTheTemplateRefusesTheConversation() {
        ChatTemplate template =
                ChatTemplate.parse("{% if true %}\n{{ raise_exception('roles must alternate') }}{% endif %}");
        assertThatThrownBy(() -> template.render(Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessage("Chat template, line 2, refuses the conversation: roles must alternate");
    }

    @Test
    void namesTheLineOfAFault() {
        ChatTemplate template = ChatTemplate.parse("a\n{# x\n#}\n{% set y = 1 %}\n\n  {{ y + messages.nope.role }}");
        assertThatThrownBy(() -> template.render(Map.of("messages", List.of())))
                .isInstanceOf(TemplateException.class)
                .hasMessage("Chat template, line 6: a value of type list has no attribute 'nope'");
    }

    @Test
    void namesTheLineAndConstructOfASyntaxError() {
        assertThatThrownBy(() -> ChatTemplate.parse("{% for x in y %}\n{{ x }}\n{% endif %}"))
                .hasMessage("Chat template, line 3: {% endif %} does not belong to the block that is open here");
        assertThatThrownBy(() -> ChatTemplate.parse("a\n{% if x %}\nb"))
                .hasMessage(
                        "Chat template, line 3: the template ends inside of {% if %} of line 2, which needs {% elif %}"
                                + " or {% else %} or {% endif %}");
        assertThatThrownBy(() -> ChatTemplate.parse("\n\n{{ x | nope }}"))
                .hasMessage("Chat template, line 3: there is no filter named 'nope'");
    }

    @Test
    void refusesOtherTemplates() {
        for (String tag : List.of("include 'x'", "import 'x' as y", "from 'x' import y", "extends 'x'", "block b")) {
            assertThatThrownBy(() -> ChatTemplate.parse("\n{% " + tag + " %}"))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining("line 2: {% " + tag.split(" ", 2)[0] + " %} is not allowed");
        }
    }

    @Test
    void refusesVariablesOfOtherTypes() {
        ChatTemplate template = ChatTemplate.parse("");
        assertThatThrownBy(() -> template.render(Map.of("x", new Object())))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
