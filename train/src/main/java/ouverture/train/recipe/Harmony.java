package ouverture.train.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.Tool;
import ouverture.text.ChatTemplate;
import ouverture.text.Tokenizer;
import ouverture.train.gradient.TrainingBatch.Document;
import ouverture.train.lesson.Lesson;
import ouverture.train.lesson.Question;
import ouverture.train.lesson.Reply;
import tools.jackson.databind.json.JsonMapper;

/// Lessons as the harmony format writes them (github.com/openai/harmony), with thoughts in the analysis channel.
/// What is taught is what the engine renders when it asks: by the same template, and with the empty thought that
/// it puts into a prompt where nothing shall be thought.
final class Harmony {
    /// The control tokens, at the end of a vocabulary.
    static final List<String> CONTROLS = List.of(
            "<|startoftext|>",
            "<|endoftext|>",
            "<|start|>",
            "<|end|>",
            "<|message|>",
            "<|channel|>",
            "<|constrain|>",
            "<|return|>",
            "<|call|>");

    /// Control tokens without a meaning, for those who tune the model.
    private static final int RESERVED = 16;

    /// What ends an answer.
    static final String RETURN = "<|return|>";

    /// Words of the format, one token each.
    static final List<String> WORDS =
            List.of("system", "user", "assistant", "developer", "tool", "analysis", "commentary", "final");

    private static final float PROMPT_WEIGHT = 0.05f;
    private static final String FINAL = "<|channel|>final<|message|>";
    private static final String THOUGHT = "<|channel|>analysis<|message|>";
    private static final String NEXT = "<|end|><|start|>assistant";

    private final String source = read();
    private final ChatTemplate template = ChatTemplate.parse(source);

    private static String read() {
        try (InputStream in = Objects.requireNonNull(Harmony.class.getResourceAsStream("harmony.jinja"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the module's own chat template", e);
        }
    }

    /// The control tokens of a large vocabulary: with reserved ones.
    static List<String> controls(boolean reserved) {
        List<String> all = new ArrayList<>(CONTROLS);
        IntStream.range(0, reserved ? RESERVED : 0).forEach(i -> all.add("<|reserved_" + i + "|>"));
        return all;
    }

    /// The chat template, in Jinja.
    String template() {
        return source;
    }

    /// A question as the model gets it.
    String prompt(Question question, Reasoning.Level level) {
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("messages", messages(question.messages()));
        variables.put("tools", question.tools().stream().map(Harmony::tool).toList());
        variables.put("add_generation_prompt", true);
        switch (level) {
            case AUTO -> {}
            case OFF -> variables.put("reasoning_effort", Reasoning.Level.LOW.text());
            case LOW, MEDIUM, HIGH -> variables.put("reasoning_effort", level.text());
        }
        return template.render(variables, LocalDateTime.MIN);
    }

    private static List<Map<String, Object>> messages(List<Message> messages) {
        List<Map<String, Object>> all = new ArrayList<>();
        Map<String, String> tools = new HashMap<>();
        for (Message message : messages) {
            Map<String, Object> map = new HashMap<>();
            map.put("role", message.role().name().toLowerCase(Locale.ROOT));
            map.put("content", message.content());
            message.calls().forEach(call -> tools.put(call.id(), call.name()));
            if (!message.calls().isEmpty()) {
                map.put(
                        "tool_calls",
                        message.calls().stream().map(Harmony::call).toList());
            }
            if (message.role() == Message.Role.TOOL) {
                map.put("name", tools.getOrDefault(message.callId(), ""));
            }
            all.add(map);
        }
        return all;
    }

    private static Map<String, Object> call(Message.Call call) {
        Object arguments = JsonMapper.shared().readValue(call.arguments(), Object.class);
        return Map.of("function", Map.of("name", call.name(), "arguments", arguments));
    }

    private static Map<String, Object> tool(Tool tool) {
        Object parameters = JsonMapper.shared().readValue(tool.parameters(), Object.class);
        return Map.of(
                "function", Map.of("name", tool.name(), "description", tool.description(), "parameters", parameters));
    }

    /// What the engine puts behind a prompt: an empty thought where nothing shall be thought, and the beginning
    /// of the answer where it can only be words.
    static String prefill(Lesson lesson) {
        boolean thinks = lesson.level() != Reasoning.Level.OFF;
        return thinks ? "" : THOUGHT + NEXT + (lesson.question().tools().isEmpty() ? FINAL : "");
    }

    /// What the model is to write.
    static String completion(Lesson lesson) {
        boolean thinks = lesson.level() != Reasoning.Level.OFF;
        boolean begun = !thinks && lesson.question().tools().isEmpty();
        String thought = thinks ? THOUGHT + lesson.thought() + NEXT : "";
        return thought
                + switch (lesson.reply()) {
                    case Reply.Text(String text) -> (begun ? "" : FINAL) + text + RETURN;
                    case Reply.Call(String tool, String arguments) ->
                        " to=functions." + tool + "<|channel|>commentary json<|message|>" + arguments + "<|call|>";
                };
    }

    /// A lesson to learn: above all the answer, a little of the question, nothing of what the engine puts in.
    Document document(Lesson lesson, Tokenizer tokenizer) {
        int[] prompt = tokenizer.encode(prompt(lesson.question(), lesson.level()), false, true);
        int[] prefill = tokenizer.encode(prefill(lesson), false, true);
        int[] completion = tokenizer.encode(completion(lesson), false, true);
        int[] tokens = Stream.of(prompt, prefill, completion)
                .flatMapToInt(IntStream::of)
                .toArray();
        float[] weights = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            weights[i] = i < prompt.length ? PROMPT_WEIGHT : i < prompt.length + prefill.length ? 0 : 1;
        }
        return new Document(tokens, weights);
    }
}
