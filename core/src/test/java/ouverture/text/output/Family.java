package ouverture.text.output;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import ouverture.Shared;
import ouverture.text.SpecialVocabulary;
import ouverture.text.Tokenizer;
import ouverture.text.output.OutputFormat.Traits;

/// A family's published chat template with the special tokens of its vocabulary. Every format has a family here
/// that thinks; those of which no template is published with the tests are told by what a template would mention.
enum Family {
    GPT_OSS(
            "openai-gpt-oss-120b",
            List.of("<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>"),
            List.of()),
    GEMMA_4(
            "google-gemma-4-31B-it",
            List.of("<|turn>", "<turn|>"),
            List.of("<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>", "<|\"|>", "<|tool_response>")),
    KIMI_K2(
            "Kimi-K2-Thinking",
            List.of(
                    "<|im_end|>",
                    "<|tool_calls_section_begin|>",
                    "<|tool_calls_section_end|>",
                    "<|tool_call_begin|>",
                    "<|tool_call_argument_begin|>",
                    "<|tool_call_end|>"),
            List.of("<think>", "</think>")),
    DEEPSEEK_V3_2(
            "deepseek-ai-DeepSeek-V3.2",
            List.of("<｜Assistant｜>", "<｜end▁of▁sentence｜>"),
            List.of("<think>", "</think>", "｜DSML｜")),
    DEEPSEEK_V3_1("deepseek-ai-DeepSeek-V3.1", List.of("<｜Assistant｜>"), deepSeekTags()),
    DEEPSEEK_R1("llama-cpp-deepseek-r1", List.of("<｜Assistant｜>"), deepSeekTags()),
    R1_DISTILL("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", List.of("<｜Assistant｜>"), List.of("<think>", "</think>")),
    MINISTRAL(
            "mistralai-Ministral-3-14B-Reasoning-2512",
            List.of("[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]", "[INST]", "[/INST]"),
            List.of()),
    MISTRAL_NEMO("mistralai-Mistral-Nemo-Instruct-2407", List.of("[TOOL_CALLS]", "[INST]", "[/INST]"), List.of()),
    REKA_EDGE("Reka-Edge", List.of(), List.of("<sep>")),
    REKA_FLASH("own-reka-flash-3", List.of(), List.of()),
    QWEN_CODER("Qwen3.5-4B", List.of("<|im_end|>"), qwenTags()),
    QWEN_3("Qwen-Qwen3-0.6B", List.of("<|im_end|>"), qwenTags()),
    HERMES_AS_TEXT("Qwen-QwQ-32B", List.of("<|im_end|>"), List.of()),
    LLAMA_3("meta-llama-Llama-3.1-8B-Instruct", List.of("<|python_tag|>", "<|eot_id|>", "<|eom_id|>"), List.of()),
    LLAMA_3_THINKING(
            () -> "<|start_header_id|> <think>", List.of("<|python_tag|>", "<|eot_id|>", "<|eom_id|>"), List.of()),
    PHI_4_MINI(() -> "<|tool|> <think>", List.of("<|tool_call|>", "<|/tool_call|>", "<|tool|>", "<|end|>"), List.of()),
    CHATML_THINKING(() -> "<|im_start|> <think>", List.of("<|im_start|>", "<|im_end|>"), List.of()),
    CHATML_TOKENS(() -> "<|im_start|>", List.of("<|im_start|>", "<|im_end|>"), List.of("<think>", "</think>")),
    PHI_3("microsoft-Phi-3.5-mini-instruct", List.of("<|end|>"), List.of()),
    GEMMA_3("google-gemma-3-it", List.of("<end_of_turn>"), List.of());

    /// The tools of all tests.
    static final DeclaredTools TOOLS = DeclaredTools.of(
            Map.of(
                    "get_weather",
                    "{\"properties\": {\"town\": {\"type\": \"string\"}, \"days\": {\"type\": \"integer\"}}}",
                    "exec",
                    "{}"),
            3);

    private final Supplier<String> template;
    private final List<String> control;
    private final List<String> userDefined;

    Family(String published, List<String> control, List<String> userDefined) {
        this(() -> template(published), control, userDefined);
    }

    Family(Supplier<String> template, List<String> control, List<String> userDefined) {
        this.template = template;
        this.control = control;
        this.userDefined = userDefined;
    }

    private static List<String> qwenTags() {
        return List.of("<think>", "</think>", "<tool_call>", "</tool_call>");
    }

    private static List<String> deepSeekTags() {
        return List.of(
                "<think>",
                "</think>",
                "<｜tool▁calls▁begin｜>",
                "<｜tool▁calls▁end｜>",
                "<｜tool▁call▁begin｜>",
                "<｜tool▁call▁end｜>",
                "<｜tool▁sep｜>");
    }

    String template() {
        return template.get();
    }

    static String template(String name) {
        try {
            return Files.readString(Shared.path("conformance/templates/" + name + ".jinja"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Tokenizer tokenizer() {
        return SpecialVocabulary.of(control, userDefined);
    }

    OutputFormat format() {
        return OutputFormat.of(new Traits(template(), tokenizer()));
    }

    List<String> control() {
        return control;
    }

    List<String> userDefined() {
        return userDefined;
    }

    /// What a parser makes of a text whose special tokens count.
    List<Output> parse(String prompt, String text, DeclaredTools tools) {
        Tokenizer tokenizer = tokenizer();
        return merged(run(format().parser(tokenizer, tools, prompt), tokenizer.encode(text, false, true)));
    }

    static List<Output> run(OutputParser parser, int[] ids) {
        List<Output> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.addAll(parser.push(id));
        }
        pieces.addAll(parser.finish());
        return pieces;
    }

    /// With neighbours of the same kind put together.
    static List<Output> merged(List<Output> pieces) {
        List<Output> merged = new ArrayList<>();
        for (Output piece : pieces) {
            Output last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && last.getClass() == piece.getClass() && !(piece instanceof Output.Call)) {
                String source = last.source() + piece.source();
                merged.set(
                        merged.size() - 1,
                        switch (piece) {
                            case Output.Text _ -> new Output.Text(source);
                            case Output.Thinking _ -> new Output.Thinking(source);
                            case Output.Markup _ -> new Output.Markup(source);
                            case Output.Call call -> call;
                        });
            } else {
                merged.add(piece);
            }
        }
        return merged;
    }
}
