package ouverture.constrain;

import ouverture.text.Tokenizer;
import ouverture.text.output.CallSyntax;
import ouverture.text.output.OutputFormat;

/// How a family's calls are written when they are not left to the model: always in a form that its parser reads.
/// Arguments are JSON throughout, also where a family has another notation beside.
///
/// @param begin before the first call
/// @param call with NAME, ARGUMENTS and, where calls are numbered, INDEX
/// @param between what stands between two calls
/// @param end after the last call
/// @param isRepeated whether several calls may stand together
record CallMarkup(String begin, String call, String between, String end, boolean isRepeated) {
    private static final String NAMED = "{\"name\": \"NAME\", \"arguments\": ARGUMENTS}";

    static CallMarkup of(OutputFormat format, Tokenizer tokenizer) {
        CallSyntax calls = format.calls();
        String open = calls.blocks().isEmpty() ? "" : calls.blocks().getFirst().open();
        return switch (open) {
            case "<tool_call>" -> new CallMarkup("", "<tool_call>\n" + NAMED + "\n</tool_call>", "\n", "", true);
            case "<|tool_call>" -> new CallMarkup("", "<|tool_call>call:NAMEARGUMENTS<tool_call|>", "", "", true);
            case "<|tool_call_begin|>" ->
                new CallMarkup(
                        "<|tool_calls_section_begin|>",
                        "<|tool_call_begin|>functions.NAME:INDEX<|tool_call_argument_begin|>ARGUMENTS<|tool_call_end|>",
                        "",
                        "<|tool_calls_section_end|>",
                        true);
            case "<｜DSML｜function_calls>" ->
                new CallMarkup(
                        "<｜DSML｜function_calls>\n",
                        "<｜DSML｜invoke name=\"NAME\">\nARGUMENTS\n</｜DSML｜invoke>\n",
                        "",
                        "</｜DSML｜function_calls>",
                        true);
            case "<｜tool▁call▁begin｜>" -> {
                String example = calls.example();
                int from = example.indexOf(open);
                int to = example.lastIndexOf("<｜tool▁calls▁end｜>");
                yield new CallMarkup(
                        example.substring(0, from), example.substring(from, to), "", example.substring(to), true);
            }
            case "[TOOL_CALLS]" ->
                tokenizer.id("[ARGS]").isPresent()
                        ? new CallMarkup("", "[TOOL_CALLS]NAME[ARGS]ARGUMENTS", "", "", true)
                        : new CallMarkup("[TOOL_CALLS][", NAMED, ", ", "]", true);
            case "<|tool_call|>" -> new CallMarkup("<|tool_call|>[", NAMED, ", ", "]<|/tool_call|>", true);
            default -> new CallMarkup("", CallSyntax.JSON, "", "", false);
        };
    }
}
