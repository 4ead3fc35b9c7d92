package ouverture.text.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;

/// How a family writes thoughts and calls, and how to recognise it: by what its chat template and its vocabulary
/// say, for files are called anything.
///
/// @param families that write so, for people
/// @param thoughts none if the family cannot think
/// @param end text that ends a turn where the family has no token for it
/// @param recognised whether a model is of this kind; the first of [#ALL] that says so counts
public record OutputFormat(
        String families,
        Optional<Thoughts> thoughts,
        CallSyntax calls,
        List<String> end,
        Predicate<Traits> recognised) {

    private static final Thoughts HARMONY = new Thoughts(
            "<|channel|>analysis<|message|>", "", "", "<|end|>", "<|start|>assistant", "<|channel|>final<|message|>");
    private static final Thoughts CHANNEL = Thoughts.of("<|channel>", "thought\n", "", "<channel|>", "");
    private static final Thoughts BRACKETS = Thoughts.of("[THINK]", "", "", "[/THINK]", "");
    private static final Thoughts REASONING = Thoughts.of("<reasoning>", " ", "", "</reasoning>", "");
    private static final List<String> SEPARATOR = List.of("\n\n<sep>", " <sep>", "<sep>");

    /// Fenced JSON is a habit of small models.
    private static final List<String> INSIDE_TAGS = List.of("{", "[", "<function=", "```");

    private static final CallSyntax.Block TAGS = new CallSyntax.Block(
            "<tool_call>", List.of("</tool_call>"), false, false, INSIDE_TAGS, TaggedCalls::readQwen);

    /// All formats, special ones first.
    public static final List<OutputFormat> ALL = List.of(
            new OutputFormat(
                    "gpt-oss",
                    Optional.of(HARMONY),
                    CallSyntax.NONE,
                    List.of(),
                    traits -> traits.has("<|channel|>") && traits.has("<|message|>") && traits.has("<|start|>")),
            of(
                    "Gemma 4",
                    CHANNEL,
                    calls(false, CallSyntax.Block.between("<|tool_call>", "<tool_call|>", GemmaCalls::read)),
                    traits -> traits.mentions("<|channel>")),
            of(
                    "Kimi K2, Kimi K2 Thinking",
                    Thoughts.INLINE,
                    new CallSyntax(
                            List.of(CallSyntax.Block.between(
                                    "<|tool_call_begin|>", "<|tool_call_end|>", NamedCalls::readKimi)),
                            List.of(
                                    "<|tool_calls_section_begin|>",
                                    "<|tool_calls_section_end|>",
                                    "<|tool_call_section_begin|>",
                                    "<|tool_call_section_end|>"),
                            false,
                            false),
                    traits -> traits.mentions("<|tool_call_argument_begin|>")),
            of(
                    "DeepSeek V3.2",
                    Thoughts.INLINE,
                    calls(
                            false,
                            CallSyntax.Block.between(
                                    "<｜DSML｜function_calls>", "</｜DSML｜function_calls>", TaggedCalls::readDsml)),
                    traits -> traits.mentions("｜DSML｜")),
            of(
                    "DeepSeek V3.1",
                    Thoughts.INLINE,
                    deepSeek("NAME<｜tool▁sep｜>ARGUMENTS"),
                    traits -> traits.mentions("<｜tool▁sep｜>") && traits.mentions("<think></think>")),
            of(
                    "DeepSeek V3, R1 and its distillations",
                    Thoughts.LINES,
                    deepSeek("function<｜tool▁sep｜>NAME\n```json\nARGUMENTS\n```"),
                    traits -> traits.mentions("<｜tool▁sep｜>") || traits.mentions("<｜Assistant｜>")),
            of(
                    "Mistral, Ministral, Magistral",
                    BRACKETS,
                    calls(
                            true,
                            new CallSyntax.Block(
                                    "[TOOL_CALLS]", List.of(), true, false, List.of(), NamedCalls::readMistral)),
                    traits -> traits.mentions("[TOOL_CALLS]") || traits.mentions("[/INST]")),
            new OutputFormat(
                    "Reka Edge",
                    Optional.of(Thoughts.LINES),
                    calls(false, TAGS),
                    SEPARATOR,
                    traits -> traits.mentions("<sep>") && traits.mentions("<tool_call>")),
            new OutputFormat(
                    "Reka Flash 3",
                    Optional.of(REASONING),
                    CallSyntax.BARE,
                    SEPARATOR,
                    traits -> traits.mentions("<sep>") && traits.mentions("human: ")),
            of(
                    "Qwen3-Coder, Qwen 3.5",
                    Thoughts.LINES,
                    calls(
                            true,
                            TAGS,
                            new CallSyntax.Block(
                                    "<function=",
                                    List.of("</function>", "</tool_call>"),
                                    false,
                                    true,
                                    List.of(),
                                    TaggedCalls::readQwen)),
                    traits -> traits.mentions("<function=") && traits.mentions("<tool_call>")),
            of(
                    "Qwen 2.5, Qwen 3, QwQ, Hermes",
                    Thoughts.LINES,
                    calls(true, TAGS),
                    traits -> traits.mentions("<tool_call>")),
            of(
                    "Llama 3.1 and later",
                    Thoughts.LINES,
                    new CallSyntax(
                            List.of(new CallSyntax.Block(
                                    "<|python_tag|>", List.of(), false, false, List.of(), NamedCalls::readPython)),
                            List.of(),
                            true,
                            true),
                    traits -> traits.mentions("<|start_header_id|>")),
            of(
                    "Phi-4-mini",
                    Thoughts.LINES,
                    calls(
                            true,
                            CallSyntax.Block.between("<|tool_call|>", "<|/tool_call|>", JsonCalls::read),
                            new CallSyntax.Block(
                                    "functools", List.of(), true, false, List.of("[", "{"), JsonCalls::read)),
                    traits -> traits.mentions("<|tool_call|>") || traits.mentions("<|tool|>")),
            of("others (Gemma 1 to 3, Phi-3, GPT-2, ChatML)", Thoughts.LINES, CallSyntax.BARE, _ -> true));

    /// Text without any structure, which goes on from a text.
    public static final OutputFormat PLAIN =
            new OutputFormat("text", Optional.empty(), CallSyntax.NONE, List.of(), _ -> true);

    /// What tells formats apart.
    ///
    /// @param template source of the chat template
    public record Traits(String template, Tokenizer tokenizer) {
        /// Whether the template writes or looks for a string.
        public boolean mentions(String text) {
            return template.contains(text);
        }

        /// Whether the template reads a variable, or a key of a message, with this name.
        public boolean reads(String variable) {
            return Pattern.compile("\\b" + variable + "\\b").matcher(template).find();
        }

        /// Whether the vocabulary has a token of its own for a string.
        public boolean has(String piece) {
            int id = tokenizer.id(piece).orElse(-1);
            return id >= 0 && (tokenizer.kind(id) == TokenKind.CONTROL || tokenizer.kind(id) == TokenKind.USER_DEFINED);
        }
    }

    /// The format of a model. It has thoughts only where the template or the vocabulary knows their tags.
    public static OutputFormat of(Traits traits) {
        OutputFormat format = ALL.stream()
                .filter(each -> each.recognised.test(traits))
                .findFirst()
                .orElseThrow();
        boolean known = format.asksForThoughts(traits)
                || format.thoughts
                        .filter(thoughts -> traits.has(thoughts.open()))
                        .isPresent();
        return known
                ? format
                : new OutputFormat(format.families, Optional.empty(), format.calls, format.end, format.recognised);
    }

    /// Whether a model was made to think: its template knows thoughts. Vocabularies are shared with models that
    /// were not.
    public boolean asksForThoughts(Traits traits) {
        return thoughts.filter(tags -> alwaysThinks() || traits.mentions(tags.open()) || traits.mentions(tags.close()))
                .isPresent();
    }

    /// All tags of this format.
    public List<String> tags() {
        List<String> tags = new ArrayList<>(end);
        thoughts.filter(_ -> !isHarmony()).ifPresent(tagged -> tags.addAll(List.of(tagged.open(), tagged.close())));
        tags.addAll(calls.sections());
        for (CallSyntax.Block block : calls.blocks()) {
            tags.add(block.open());
            tags.addAll(block.closers());
        }
        return tags;
    }

    /// Whether this is gpt-oss's Harmony, which has channels instead of tags.
    public boolean isHarmony() {
        return thoughts.equals(Optional.of(HARMONY));
    }

    /// Whether thoughts in this format need no mention in the template: their tags are plain text.
    private boolean alwaysThinks() {
        return thoughts.equals(Optional.of(REASONING)) || isHarmony();
    }

    /// A parser for one answer.
    ///
    /// @param tools of the request
    /// @param prompt what the answer goes on with; may end inside a thought
    public OutputParser parser(Tokenizer tokenizer, DeclaredTools tools, String prompt) {
        boolean inThought = thoughts.filter(each -> each.isOpenedBy(prompt)).isPresent();
        return isHarmony()
                ? new HarmonyOutputParser(tokenizer, tools, prompt)
                : new MarkupParser(tokenizer, this, tools, inThought);
    }

    private static OutputFormat of(String families, Thoughts thoughts, CallSyntax calls, Predicate<Traits> recognised) {
        return new OutputFormat(families, Optional.of(thoughts), calls, List.of(), recognised);
    }

    private static CallSyntax calls(boolean closesThought, CallSyntax.Block... blocks) {
        return new CallSyntax(List.of(blocks), List.of(), false, closesThought);
    }

    /// Distillations have no tokens for these tags and spell them in several ways.
    private static CallSyntax deepSeek(String call) {
        return new CallSyntax(
                List.of(CallSyntax.Block.between("<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", NamedCalls::readDeepSeek)),
                List.of(
                        "<｜tool▁calls▁begin｜>",
                        "<｜tool▁calls▁end｜>",
                        "<｜tool_calls_begin｜>",
                        "<｜tool_calls_end｜>",
                        "<｜tool calls begin｜>",
                        "<｜tool calls end｜>"),
                false,
                false,
                "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>" + call + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>");
    }
}
