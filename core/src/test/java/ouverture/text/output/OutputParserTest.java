package ouverture.text.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import ouverture.text.Tokenizer;

/// What each family writes, well formed and in the ways that other runners have failed on.
class OutputParserTest {
    /// A case: pieces are written `T:text`, `R:thought`, `C:name arguments`, `X:name raw` for invalid arguments.
    private record Case(Family family, String prompt, String written, List<String> expected) {
        Case(Family family, String written, String... expected) {
            this(family, "", written, List.of(expected));
        }

        static Case after(String prompt, Family family, String written, String... expected) {
            return new Case(family, prompt, written, List.of(expected));
        }
    }

    private static final String CALL = "C:get_weather {\"town\":\"Nice\"}";

    private static List<Case> qwen() {
        String call = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"town\": \"Nice\"}}\n</tool_call>";
        return List.of(
                new Case(Family.QWEN_3, "<think>\nHm.\n\nYes.\n</think>\n\nHi <b>.\n", "R:Hm.\n\nYes.", "T:Hi <b>.\n"),
                new Case(Family.QWEN_3, "<think>\n\n</think>\n\nHi", "T:Hi"),
                new Case(Family.QWEN_3, "Look:\n" + call + "\n" + call, "T:Look:", CALL, CALL),
                new Case(Family.QWEN_3, "<think>I ask." + call + "Done", "R:I ask.", CALL, "T:Done"),
                new Case(
                        Family.QWEN_3,
                        "<think>\na <tool_call> is a tag\n</think>\n\nb",
                        "R:a <tool_call> is a tag",
                        "T:b"),
                new Case(
                        Family.QWEN_3,
                        "<think>\na <tool_call>{\"no\": \"call\n</think>\n\nb",
                        "R:a <tool_call>{\"no\": \"call",
                        "T:b"),
                new Case(Family.QWEN_3, "<think>no end", "R:no end"),
                new Case(Family.QWEN_3, "</think>\n\nclosed", "T:closed"),
                Case.after("assistant\n<think>\n", Family.QWEN_3, "Hm\n</think>\n\nHi", "R:Hm", "T:Hi"),
                new Case(
                        Family.QWEN_3,
                        "<tool_call>\n{\"name\": \"exec\", \"arguments\": {\"a\": \"b",
                        "X:exec {\"a\": \"b"),
                new Case(Family.QWEN_3, "<tool_call>{\"name\": \"exec\"}</tool_call>", "C:exec {}"),
                new Case(Family.QWEN_3, "A <tool_call>nonsense</tool_call> B", "T:A <tool_call>nonsense</tool_call> B"),
                new Case(
                        Family.QWEN_3,
                        "<tool_call>{\"name\": \"exec\", \"arguments\": \"{\\\"a\\\": [1.50, null]}\"}</tool_call>",
                        "C:exec {\"a\":[1.50,null]}"),
                new Case(
                        Family.QWEN_CODER,
                        "<tool_call>\n<function=get_weather>\n<parameter=town>\n12\n</parameter>\n<parameter=days>\n3\n"
                                + "</parameter>\n</function>\n</tool_call>",
                        "C:get_weather {\"town\":\"12\",\"days\":3}"),
                new Case(
                        Family.QWEN_CODER,
                        "I look.\n<function=get_weather>\n<parameter=town>\nNice\n</parameter>"
                                + "\n</function>\n</tool_call>",
                        "T:I look.",
                        CALL),
                new Case(
                        Family.QWEN_CODER,
                        "<tool_call>\n<function=exec>\n<parameter=code>\n\nif a < b:\n  print(\"</p>"
                                + "\")\n\n</parameter>\n"
                                + "</function>\n</tool_call>",
                        "C:exec {\"code\":\"\\nif a < b:\\n  print(\\\"</p>\\\")\\n\"}"),
                new Case(
                        Family.QWEN_CODER,
                        "<tool_call><function=get_weather><parameter=town>Ni",
                        "X:get_weather <parameter=town>Ni"),
                new Case(
                        Family.HERMES_AS_TEXT,
                        "<think>a < b\n</think>\n\n1 < 2 <tool\n" + call,
                        "R:a < b",
                        "T:1 < 2 <tool",
                        CALL),
                new Case(
                        Family.HERMES_AS_TEXT,
                        "<think>Hm" + call + "</think>Hi </think>",
                        "R:Hm",
                        CALL,
                        "T:Hi </think>"),
                new Case(Family.HERMES_AS_TEXT, "Tags: <think>", "T:Tags: <think>"),
                new Case(Family.QWEN_3, "<tool_call>\n<think>Hm</think>Hi", "T:<tool_call>", "R:Hm", "T:Hi"),
                new Case(Family.QWEN_3, call.replace("</tool_call>", "<think>Hm</think>Hi"), CALL, "R:Hm", "T:Hi"));
    }

    private static List<Case> deepSeek() {
        String v3 = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>"
                + "get_weather\n```json\n{\"town\": \"Nice\"}\n"
                + "```<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
        String v31 =
                "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"town\": \"Nice\"}<｜tool▁call▁end｜>"
                        + "<｜tool▁call▁begin｜>exec<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
        String v32 = "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"get_weather\">\n"
                + "<｜DSML｜parameter name=\"town\" string=\"true\">Nice</｜DSML｜parameter>\n"
                + "<｜DSML｜parameter name=\"days\" string=\"false\">[1, 2]</｜DSML｜parameter>\n"
                + "</｜DSML｜invoke>\n<｜DSML｜invoke name=\"exec\">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>";
        return List.of(
                Case.after("<think>\n", Family.DEEPSEEK_R1, "Hm.\n</think>\n\nHi.", "R:Hm.", "T:Hi."),
                Case.after("<think>\n", Family.DEEPSEEK_R1, "never closed", "R:never closed"),
                new Case(Family.DEEPSEEK_R1, "Wait." + v3, "T:Wait.", CALL),
                new Case(Family.R1_DISTILL, v3, CALL),
                new Case(Family.R1_DISTILL, v3.replace("tool▁calls▁begin", "tool_calls_begin"), CALL),
                new Case(Family.DEEPSEEK_V3_1, v31, CALL, "C:exec {}"),
                Case.after(
                        "<think>",
                        Family.DEEPSEEK_V3_1,
                        "a" + v31 + "b</think>c",
                        "R:a",
                        CALL,
                        "C:exec {}",
                        "R:b",
                        "T:c"),
                new Case(Family.DEEPSEEK_V3_1, "<think></think>Hi", "T:Hi"),
                new Case(
                        Family.DEEPSEEK_V3_1,
                        "<｜tool▁call▁begin｜>?<｜tool▁call▁end｜>",
                        "T:<｜tool▁call▁begin｜>?<｜tool▁call▁end｜>"),
                new Case(
                        Family.DEEPSEEK_V3_2,
                        "<think>Hm</think>Look.\n\n" + v32,
                        "R:Hm",
                        "T:Look.",
                        "C:get_weather {\"town\":\"Nice\",\"days\":[1,2]}",
                        "C:exec {}"),
                new Case(Family.DEEPSEEK_V3_2, "< a <｜DSML｜b", "T:< a <｜DSML｜b"));
    }

    private static List<Case> kimi() {
        String section = "<|tool_calls_section_begin|>%s<|tool_calls_section_end|>";
        String call = "<|tool_call_begin|>%s<|tool_call_argument_begin|>{\"town\": \"Nice\"}<|tool_call_end|>";
        return List.of(
                new Case(
                        Family.KIMI_K2,
                        "<think>I ask</think>Well." + section.formatted(call.formatted("functions.get_weather:7")),
                        "R:I ask",
                        "T:Well.",
                        CALL + " functions.get_weather:7"),
                new Case(
                        Family.KIMI_K2,
                        "<think>I ask" + section.formatted(call.formatted("get_weather:0")) + "on</think>Hi",
                        "R:I ask",
                        CALL + " functions.get_weather:0",
                        "R:on",
                        "T:Hi"),
                new Case(
                        Family.KIMI_K2,
                        section.formatted(call.formatted("functionsexec5") + call.formatted("get_weather")),
                        "C:exec {\"town\":\"Nice\"} functions.exec:3",
                        CALL + " functions.get_weather:4"),
                new Case(
                        Family.KIMI_K2,
                        "<|tool_call_section_begin|>" + call.formatted("functions.exec:0")
                                + "<|tool_call_section_end|>",
                        "C:exec {\"town\":\"Nice\"} functions.exec:0"),
                new Case(
                        Family.KIMI_K2,
                        "<|tool_calls_section_begin|><|tool_call_begin|>"
                                + "functions.exec:0<|tool_call_argument_begin|>{\"a",
                        "X:exec {\"a functions.exec:0"));
    }

    private static List<Case> gemma() {
        return List.of(
                new Case(
                        Family.GEMMA_4,
                        "<|channel>thought\nHm.\n<channel|><|tool_call>call:get_weather{town:<|\"|>"
                                + "Ni\"ce, }<|\"|>,days:3,"
                                + "list:[true,null,{<|\"|>k<|\"|>:-1.5}]}<tool_call|>",
                        "R:Hm.",
                        "C:get_weather {\"town\":\"Ni\\\"ce, }\",\"days\":3,\"list\":[true,null,{\"k\":-1.5}]}"),
                new Case(Family.GEMMA_4, "<|channel>thought\n<channel|>Hi", "T:Hi"),
                new Case(Family.GEMMA_4, "<|channel>thought<channel|>Hi", "T:Hi"),
                new Case(Family.GEMMA_4, "<|channel>thoughts come<channel|>Hi", "R:thoughts come", "T:Hi"),
                Case.after("<|channel>thought\n", Family.GEMMA_4, "Hm\n<channel|>Hi", "R:Hm", "T:Hi"),
                new Case(
                        Family.GEMMA_4,
                        "<|tool_call>call:exec{}<tool_call|><|tool_call>call:exec{}<tool_call|>",
                        "C:exec {}",
                        "C:exec {}"),
                new Case(Family.GEMMA_4, "<|tool_call>call:exec{a:<tool_call|>", "X:exec {a:"),
                new Case(Family.GEMMA_4, "<|tool_call>call:exec{a:<|\"|>x", "X:exec {a:<|\"|>x"),
                new Case(
                        Family.GEMMA_4,
                        "<|tool_call>call:get_weather{town:<|\"|>Nice<|\"|>}<tool_call|>Hi",
                        CALL,
                        "T:Hi"),
                new Case(
                        Family.GEMMA_4,
                        "<|channel>thought\nHm<|tool_call>call:get_weather{town:<|\"|>Nice<|\"|>}<tool_call|>"
                                + "Hm<channel|>Hi",
                        "R:Hm",
                        CALL,
                        "R:Hm",
                        "T:Hi"),
                new Case(Family.GEMMA_3, "{\"name\": \"get_weather\", \"parameters\": {\"town\": \"Nice\"}}", CALL));
    }

    private static List<Case> mistral() {
        return List.of(
                new Case(
                        Family.MISTRAL_NEMO,
                        "[TOOL_CALLS][{\"name\": \"get_weather\","
                                + " \"arguments\": {\"town\": \"Nice\"}, \"id\": \"abcdefghi\"},"
                                + " {\"name\": \"exec\", \"arguments\": {}}]",
                        CALL + " abcdefghi",
                        "C:exec {}"),
                new Case(
                        Family.MINISTRAL,
                        "[THINK]Hm.[/THINK]I look.[TOOL_CALLS]get_weather[ARGS]{\"town\": \"Nice\"}"
                                + "[TOOL_CALLS]exec[CALL_ID]"
                                + "123456789[ARGS]{}",
                        "R:Hm.",
                        "T:I look.",
                        CALL,
                        "C:exec {} 123456789"),
                new Case(Family.MINISTRAL, "[THINK]Hm[TOOL_CALLS]exec{}", "R:Hm", "C:exec {}"),
                new Case(
                        Family.MINISTRAL,
                        "[TOOL_CALLS]exec[ARGS]{\"a\": {\"b\": \"}\"",
                        "X:exec {\"a\": {\"b\": \"}\""),
                new Case(Family.MINISTRAL, "[TOOL_CALLS]exec[ARGS]{}then text", "C:exec {}", "T:then text"));
    }

    private static List<Case> llamaAndOthers() {
        String call = "{\"name\": \"get_weather\", \"parameters\": {\"town\": \"Nice\"}}";
        return List.of(
                new Case(Family.LLAMA_3, call, CALL),
                new Case(Family.LLAMA_3, "\n" + call + "; " + call, CALL, CALL),
                new Case(Family.LLAMA_3, "<|python_tag|>" + call, CALL),
                new Case(
                        Family.LLAMA_3,
                        "<|python_tag|>brave_search.call(query=\"a, b\", n=2)",
                        "C:brave_search {\"query\":\"a, b\",\"n\":2}"),
                new Case(Family.LLAMA_3, "<|python_tag|>print(1)\n", "C:python {\"code\":\"print(1)\\n\"}"),
                new Case(Family.LLAMA_3, "{\"answer\": 42}", "T:{\"answer\": 42}"),
                new Case(
                        Family.LLAMA_3,
                        "{\"name\": \"Bob\", \"parameters\": {}}",
                        "T:{\"name\": \"Bob\", \"parameters\": {}}"),
                new Case(Family.LLAMA_3, "{\"name\": \"exec\", \"par", "T:{\"name\": \"exec\", \"par"),
                new Case(Family.LLAMA_3, "Say " + call, "T:Say " + call),
                new Case(Family.LLAMA_3_THINKING, "<think>\nHm\n</think>\n\n" + call, "R:Hm", CALL),
                new Case(Family.LLAMA_3_THINKING, "<think>Hm<|python_tag|>" + call + "Hi", "R:Hm", CALL, "T:Hi"),
                new Case(Family.LLAMA_3_THINKING, call + ";\n<think>Hm</think>Hi", CALL, "R:Hm", "T:Hi"),
                new Case(Family.PHI_4_MINI, "<think>Hm</think>Hi", "R:Hm", "T:Hi"),
                new Case(Family.PHI_4_MINI, "<|tool_call|>[" + call + "]<|/tool_call|>", CALL),
                new Case(Family.PHI_4_MINI, "functools[" + call + "]Hi", CALL, "T:Hi"),
                new Case(Family.PHI_4_MINI, "<think>Hmfunctools[" + call + "]Hi", "R:Hm", CALL, "T:Hi"),
                new Case(
                        Family.CHATML_THINKING,
                        "<think>Hm</think>" + call + ";" + call + "Hi",
                        "R:Hm",
                        CALL,
                        CALL,
                        "T:Hi"),
                new Case(Family.REKA_FLASH, "<reasoning> Hm </reasoning> " + call + " <sep>", "R:Hm ", "T: ", CALL),
                new Case(Family.CHATML_THINKING, "<think>\nHm\n</think>\n\nHi", "R:Hm", "T:Hi"),
                new Case(Family.CHATML_TOKENS, "<think>Hm</think>" + call, "R:Hm", CALL),
                new Case(Family.CHATML_TOKENS, call + ";<think>Hm</think>Hi", CALL, "R:Hm", "T:Hi"),
                new Case(Family.PHI_3, call, CALL),
                new Case(Family.REKA_EDGE, " <think>\nHm\n</think>\n\nHi\n\n<sep>human: x", "R:Hm", "T:Hi"),
                new Case(
                        Family.REKA_EDGE,
                        "<tool_call>\n{\"name\": \"exec\", \"arguments\": {}}\n</tool_call>\n\n<sep>",
                        "C:exec {}"),
                new Case(
                        Family.REKA_EDGE,
                        "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"town\": \"Nice\"}}\n</tool_call>",
                        CALL),
                new Case(
                        Family.REKA_FLASH,
                        " <reasoning> Hm <b> </reasoning> Paris. <sep> human: x",
                        "R:Hm <b> ",
                        "T: Paris."),
                Case.after(
                        "assistant: <reasoning>",
                        Family.REKA_FLASH,
                        " Hm </reasoning> Paris <s",
                        "R:Hm ",
                        "T: Paris <s"));
    }

    private static List<Case> gptOss() {
        String json = "<|message|>{\"town\": \"Nice\"}<|call|>";
        return List.of(
                new Case(
                        Family.GPT_OSS,
                        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi.",
                        "R:Hm.",
                        "T:Hi."),
                new Case(Family.GPT_OSS, " to=functions.get_weather<|channel|>commentary json" + json, CALL),
                new Case(
                        Family.GPT_OSS,
                        "<|channel|>commentary to=functions.get_weather <|constrain|>json" + json,
                        CALL),
                new Case(
                        Family.GPT_OSS, "<|channel|>commentary to=functions.get_weather<|constrain|>json" + json, CALL),
                new Case(Family.GPT_OSS, "<|channel|>analysis to=functions.get_weather code" + json, CALL),
                new Case(
                        Family.GPT_OSS,
                        "<|channel|>analysis to=python code<|message|>print(1)<|call|>",
                        "C:python {\"code\":\"print(1)\"}"),
                new Case(Family.GPT_OSS, "<|channel|>commentary to=functions.exec<|message|>{\"a", "X:exec {\"a"),
                new Case(
                        Family.GPT_OSS,
                        "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>"
                                + "final<|message|>Hi.",
                        "T:I look.\n\nHi."),
                Case.after("<|start|>assistant<|channel|>final<|message|>", Family.GPT_OSS, "At once.", "T:At once."));
    }

    private static Stream<Case> cases() {
        return Stream.of(qwen(), deepSeek(), kimi(), gemma(), mistral(), llamaAndOthers(), gptOss())
                .flatMap(List::stream);
    }

    /// What the cases have a family write.
    static List<String> writtenBy(Family family) {
        return cases().filter(each -> each.family == family).map(Case::written).toList();
    }

    @TestFactory
    Stream<DynamicTest> whatFamiliesWrite() {
        return cases().map(each -> DynamicTest.dynamicTest(
                each.family + " " + each.written,
                () -> assertThat(shown(each.family.parse(each.prompt, each.written, Family.TOOLS), each))
                        .isEqualTo(each.expected)));
    }

    /// Pieces as the cases write them; an id only where the case has one.
    private static List<String> shown(List<Output> pieces, Case each) {
        List<String> shown = new ArrayList<>();
        for (Output piece : pieces) {
            switch (piece) {
                case Output.Text(String source) -> shown.add("T:" + source);
                case Output.Thinking(String source) -> shown.add("R:" + source);
                case Output.Markup _ -> {}
                case Output.Call call -> {
                    String text = (call.valid() ? "C:" : "X:") + call.name() + " " + call.arguments();
                    boolean named = each.expected.stream().anyMatch(line -> line.endsWith(" " + call.id()));
                    shown.add(named ? text + " " + call.id() : text);
                }
            }
        }
        return shown;
    }

    /// A program that describes its tools in a message of its own reads the tags itself; control tokens mean
    /// nothing to anybody as text.
    @Test
    void withoutToolsTagsAreText() {
        String written = "<tool_call>{\"name\": \"exec\"}</tool_call>";
        assertThat(Family.QWEN_3.parse("", written, DeclaredTools.NONE)).containsExactly(new Output.Text(written));
        String json = "{\"name\": \"exec\", \"parameters\": {}}";
        assertThat(Family.LLAMA_3.parse("", json, DeclaredTools.NONE)).containsExactly(new Output.Text(json));
        assertThat(Family.KIMI_K2.parse(
                        "",
                        "<|tool_call_begin|>functions.exec:0<|tool_call_argument_begin|>{}<|tool_call_end|>",
                        DeclaredTools.NONE))
                .hasAtLeastOneElementOfType(Output.Call.class)
                .doesNotHaveAnyElementsOfTypes(Output.Text.class);
    }

    /// Only an end that may begin a tag, or two line ends, wait for the next token.
    @Test
    void nothingIsHeldThatCannotBeATag() {
        Tokenizer tokenizer = Family.HERMES_AS_TEXT.tokenizer();
        OutputParser parser = Family.HERMES_AS_TEXT.format().parser(tokenizer, Family.TOOLS, "");
        StringBuilder seen = new StringBuilder();
        String text = "So 1 <tool> or <too\nmuch <tool_calx";
        int most = 0;
        int pushed = 0;
        for (int id : tokenizer.encode(text, false, true)) {
            pushed += tokenizer.bytes(id).length;
            parser.push(id).forEach(piece -> seen.append(piece.source()));
            most = Math.max(most, pushed - seen.length());
        }
        assertThat(seen).hasToString(text);
        assertThat(most).isEqualTo("<tool_cal".length());
    }

    @Test
    void tagsThatAreTokensHoldNothing() {
        Tokenizer tokenizer = Family.QWEN_3.tokenizer();
        OutputParser parser = Family.QWEN_3.format().parser(tokenizer, DeclaredTools.NONE, "");
        for (int id : tokenizer.encode("a < b <think", false, true)) {
            assertThat(parser.push(id)).hasSize(1);
        }
    }

    /// Spelled out, a tag that is a token is text: an answer may speak about it.
    @Test
    void spelledOutTagsAreText() {
        Tokenizer tokenizer = Family.QWEN_3.tokenizer();
        String text = "</think> and <tool_call> are tags";
        int[] ids = tokenizer.encode(tokenizer.guard(text), false, true);
        int[] bytes = text.chars()
                .map(c -> tokenizer.encode(String.valueOf((char) c), false, false)[0])
                .toArray();
        assertThat(ids).isNotEmpty();
        assertThat(Family.merged(Family.run(Family.QWEN_3.format().parser(tokenizer, Family.TOOLS, ""), bytes)))
                .containsExactly(new Output.Text(text));
    }

    @Test
    void idsOfCallsAreMadeFromThem() {
        String call = "<tool_call>{\"name\": \"exec\"}</tool_call>";
        List<String> ids = Family.QWEN_3.parse("", call + call, Family.TOOLS).stream()
                .filter(Output.Call.class::isInstance)
                .map(piece -> ((Output.Call) piece).id())
                .toList();
        assertThat(ids).hasSize(2).doesNotHaveDuplicates().allMatch(id -> id.matches("[0-9A-Za-z]{9}"));
        assertThat(Family.QWEN_3.parse("", call + call, Family.TOOLS).toString())
                .contains(ids);
    }

    @Test
    void idsOutsideOfTheVocabularyAreNothing() {
        for (Family family : Family.values()) {
            OutputParser parser = family.format().parser(family.tokenizer(), Family.TOOLS, "");
            assertThat(parser.push(-1)).isEmpty();
            assertThat(parser.push(Integer.MAX_VALUE)).isEmpty();
            assertThat(parser.finish()).isEmpty();
        }
    }
}
