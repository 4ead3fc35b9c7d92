package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.Shared;
import ouverture.text.output.DeclaredTools;
import ouverture.text.output.Output;
import ouverture.text.output.OutputFormat;
import ouverture.text.output.OutputFormat.Traits;
import ouverture.text.output.OutputParser;

/// Outputs in published vocabularies and the special tokens that they have, with published templates.
class PublishedVocabularyOutputTest {
    private static final DeclaredTools TOOLS = DeclaredTools.of(Map.of("add", "{}"), 0);

    @TempDir
    private static Path scratch;

    /// Vocabulary, template, what the model writes (`^` is a line end), thoughts, text, call.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "gemma-4;google-gemma-4-31B-it;<|channel>thought^Hm é.^<channel|>Well."
                        + "<|tool_call>call:add{a:<|\"|>1<|\"|>,b:[2]}<tool_call|>;Hm é.;Well.;{\"a\":\"1\",\"b\":[2]}",
                "gpt-oss;openai-gpt-oss-120b;<|channel|>analysis<|message|>Hm é.<|end|><|start|>assistant<|channel|>"
                        + "commentary<|message|>Well.<|end|><|start|>assistant<|channel|>commentary to=functions.add "
                        + "<|constrain|>json<|message|>{\"a\": 1}<|call|>;Hm é.;Well.;{\"a\":1}",
                "tiny/kimi-k2;Kimi-K2-Thinking;<think>Hm é.</think>Well.<|tool_calls_section_begin|><|tool_call_begin|>"
                        + "functions.add:0<|tool_call_argument_begin|>{\"a\": 1}<|tool_call_end|>"
                        + "<|tool_calls_section_end|>;Hm é.;Well.;{\"a\":1}",
                "tiny/mistral-nemo;mistralai-Mistral-Nemo-Instruct-2407;[THINK]Hm é.[/THINK]Well.[TOOL_CALLS]"
                        + "[{\"name\": \"add\", \"arguments\": {\"a\": 1}}];Hm é.;Well.;{\"a\":1}",
                "tiny/llama3;meta-llama-Llama-3.1-8B-Instruct;<think>^Hm é.^</think>^^Well.<|python_tag|>"
                        + "{\"name\": \"add\", \"parameters\": {\"a\": 1}};Hm é.;Well.;{\"a\":1}",
                "llama-spm;Qwen-QwQ-32B;<think>^Hm é.^</think>^^Well.^<tool_call>^"
                        + "{\"name\": \"add\", \"arguments\": {\"a\": 1}}^</tool_call>;Hm é.;Well.;{\"a\":1}"
            })
    void piecesAreToldApart(
            String vocabulary, String template, String written, String thought, String text, String arguments)
            throws IOException {
        Tokenizer tokenizer = Tokenizer.of(TestVocabulary.named(vocabulary).metadata(scratch));
        String source = Files.readString(Shared.path("conformance/templates/" + template + ".jinja"));
        OutputFormat format = OutputFormat.of(new Traits(source, tokenizer));
        boolean thinks = format.thoughts().isPresent();
        String answer = (thinks ? written : written.substring(written.indexOf("Well."))).replace('^', '\n');
        OutputParser parser = format.parser(tokenizer, TOOLS, "");
        List<Output> pieces = new ArrayList<>();
        for (int id : tokenizer.encode(answer, false, true)) {
            pieces.addAll(parser.push(id));
        }
        pieces.addAll(parser.finish());
        StringBuilder thoughts = new StringBuilder();
        StringBuilder texts = new StringBuilder();
        List<String> calls = new ArrayList<>();
        for (Output piece : pieces) {
            switch (piece) {
                case Output.Text(String more) -> texts.append(more);
                case Output.Thinking(String more) -> thoughts.append(more);
                case Output.Call call -> calls.add(call.name() + call.arguments() + call.valid());
                case Output.Markup _ -> {}
            }
        }
        assertThat(thoughts).hasToString(thinks ? thought : "");
        assertThat(texts.toString().strip()).isEqualTo(text);
        assertThat(calls).containsExactly("add" + arguments + "true");
    }
}
