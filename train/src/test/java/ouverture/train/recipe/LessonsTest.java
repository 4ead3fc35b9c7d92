package ouverture.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.KernelSets;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.Reasoning.Level;
import ouverture.error.TrainingException;
import ouverture.text.Tokenizer;
import ouverture.text.harmony.HarmonyContent;
import ouverture.text.harmony.HarmonyConversation;
import ouverture.text.harmony.HarmonyHeader;
import ouverture.text.harmony.HarmonyMessage;
import ouverture.text.harmony.HarmonyRenderer;
import ouverture.text.harmony.HarmonyRole;
import ouverture.text.harmony.ToolFunction;
import ouverture.train.gradient.TrainingBatch.Document;
import ouverture.train.lesson.Lesson;
import ouverture.train.lesson.Question;
import tools.jackson.databind.json.JsonMapper;

class LessonsTest {
    private static final Recipe EMBEDDED = Recipe.read(Path.of("../recipes/embedded"));
    private static final Lessons LESSONS = new Lessons(EMBEDDED);

    @TempDir
    private Path folder;

    @Test
    void noQuestionOfTheExaminationIsTaught() {
        Set<String> taught = new HashSet<>();
        for (int i = 0; i < 6000; i++) {
            taught.add(LESSONS.taught(20L * i).question().text());
        }
        int asked = 0;
        for (String subject : EMBEDDED.stages().getLast().shares().keySet()) {
            for (Questions questions : Questions.values()) {
                List<Lesson> lessons = LESSONS.examination(subject, questions, Level.OFF, 30);
                assertThat(lessons).as(subject + questions).hasSizeGreaterThan(5);
                for (Lesson lesson : lessons) {
                    assertThat(taught).doesNotContain(lesson.question().text());
                    asked++;
                }
            }
        }
        assertThat(asked).isGreaterThan(800);
    }

    @Test
    void numbersOfTheExaminationAreRefused() {
        assertThatThrownBy(() -> LESSONS.taught(1L << 40))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("kept for examinations");
    }

    @Test
    void stagesAndSharesAreKept() {
        assertThat(LESSONS.taught(5).text())
                .isEqualTo(new Lessons(EMBEDDED).taught(5).text());
        Map<Level, Integer> levels = new HashMap<>();
        int before = 0;
        for (int i = 0; i < 4000; i++) {
            Lesson lesson = LESSONS.taught(100_000 + i);
            levels.merge(lesson.level(), 1, Integer::sum);
            long said = lesson.question().messages().stream()
                    .filter(message -> message.role() == Message.Role.USER)
                    .count();
            before += said > 1 ? 1 : 0;
        }
        assertThat(levels.get(Level.OFF)).isBetween(1100, 1300);
        assertThat(levels.get(Level.LOW)).isBetween(500, 700);
        assertThat(levels.get(Level.HIGH)).isBetween(1100, 1300);
        assertThat(before).isBetween(80, 240);
    }

    /// The template against the renderer that is compared with the reference library.
    @Test
    void theTemplateWritesHarmony() {
        Harmony harmony = LESSONS.harmony();
        int tools = 0;
        for (int i = 0; i < 1500; i++) {
            Lesson lesson = LESSONS.taught(30_000 + i);
            tools += lesson.question().tools().isEmpty() ? 0 : 1;
            assertThat(harmony.prompt(lesson.question(), lesson.level()))
                    .isEqualTo(HarmonyRenderer.text(conversation(lesson)));
        }
        assertThat(tools).isGreaterThan(50);
    }

    private static HarmonyConversation conversation(Lesson lesson) {
        List<HarmonyMessage> messages = new ArrayList<>();
        String effort = lesson.level() == Level.OFF ? "low" : lesson.level().text();
        if (lesson.level() != Level.AUTO) {
            messages.add(new HarmonyMessage(
                    HarmonyHeader.of(HarmonyRole.SYSTEM),
                    new HarmonyContent.SystemSettings(null, null, null, effort, List.of(), List.of(), false)));
        }
        Question question = lesson.question();
        String instructions = question.messages().stream()
                .filter(message -> message.role() == Message.Role.SYSTEM)
                .map(Message::content)
                .findFirst()
                .orElse(null);
        if (instructions != null || !question.tools().isEmpty()) {
            messages.add(new HarmonyMessage(
                    HarmonyHeader.of(HarmonyRole.DEVELOPER),
                    new HarmonyContent.DeveloperSettings(
                            instructions,
                            question.tools().stream()
                                    .map(tool -> new ToolFunction(
                                            tool.name(), tool.description(), schema(tool.parameters())))
                                    .toList())));
        }
        String called = "";
        for (Message message : question.messages()) {
            if (message.role() != Message.Role.SYSTEM) {
                messages.add(message(message, called));
                called = message.calls().isEmpty()
                        ? called
                        : message.calls().getFirst().name();
            }
        }
        return HarmonyConversation.prompt(messages);
    }

    @SuppressWarnings("unchecked") // JSON objects have strings as keys
    private static Map<String, ?> schema(String json) {
        return JsonMapper.shared().readValue(json, Map.class);
    }

    private static HarmonyMessage message(Message message, String called) {
        return switch (message.role()) {
            case SYSTEM, USER -> HarmonyMessage.text(HarmonyHeader.of(HarmonyRole.USER), message.content());
            case TOOL ->
                HarmonyMessage.text(
                        header(HarmonyRole.TOOL, "functions." + called, "commentary", "assistant", null),
                        message.content());
            case ASSISTANT ->
                message.calls().isEmpty()
                        ? HarmonyMessage.text(
                                header(HarmonyRole.ASSISTANT, null, "final", null, null), message.content())
                        : HarmonyMessage.text(
                                header(
                                        HarmonyRole.ASSISTANT,
                                        null,
                                        "commentary",
                                        "functions."
                                                + message.calls().getFirst().name(),
                                        "json"),
                                message.calls().getFirst().arguments());
        };
    }

    private static HarmonyHeader header(
            HarmonyRole role,
            @Nullable String name,
            @Nullable String channel,
            @Nullable String recipient,
            @Nullable String type) {
        return new HarmonyHeader(role, name, channel, recipient, type);
    }

    private static Recipe small() {
        Recipe.Sizes sizes = new Recipe.Sizes(1, 32, 1, 1, 32, 2, 1, 32, 16, 1024);
        return new Recipe(
                "small",
                "",
                3,
                EMBEDDED.stages(),
                EMBEDDED.levels(),
                EMBEDDED.vocabulary(),
                sizes,
                EMBEDDED.training(),
                EMBEDDED.evaluation());
    }

    /// What is taught has the tokens of what the engine asks, at each level.
    @Test
    void theEngineAsksAsIsTaught() {
        try (RecipeRun run = new RecipeRun(small(), folder, KernelSets.AUTO, 1)) {
            run.export();
            try (Engine engine = Engine.open(run.modelFile(), EngineOptions.DEFAULT.withThreads(1))) {
                Tokenizer tokenizer = engine.tokenizer().orElseThrow();
                for (String word : Harmony.WORDS) {
                    assertThat(tokenizer.encode(word, false, false)).as(word).hasSize(1);
                }
                assertThat(tokenizer.encode("2026", false, false)).hasSize(4);
                for (int i = 0; i < 300; i++) {
                    Lesson lesson = LESSONS.taught(60_000 + i);
                    Document document = LESSONS.harmony().document(lesson, tokenizer);
                    int completion = tokenizer.encode(Harmony.completion(lesson), false, true).length;
                    assertThat(engine.promptTokens(Examination.request(lesson)))
                            .isEqualTo(document.tokens().length - completion);
                    assertThat(document.weights()[document.weights().length - completion])
                            .isEqualTo(1);
                    float before = document.weights()[document.weights().length - completion - 1];
                    assertThat(before).isEqualTo(lesson.level().equals(Reasoning.OFF) ? 0 : 0.05f);
                }
            }
        }
    }
}
