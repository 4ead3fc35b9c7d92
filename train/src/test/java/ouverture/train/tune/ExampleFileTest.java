package ouverture.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.ChatLesson;
import ouverture.error.TrainingException;
import ouverture.file.ModelFile;
import ouverture.text.Tokenizer;
import ouverture.train.gradient.TrainingBatch.Document;

/// Files of examples: what they become, and one sentence with the line for each that is none.
class ExampleFileTest {
    @TempDir
    private static Path models;

    @TempDir
    private Path folder;

    private static ModelFile model;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        model = ModelFile.open(ToyModel.withTemplate(models));
        tokenizer = Tokenizer.find(model).orElseThrow();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private ExampleFile read(TuningSettings settings, String... lines) {
        try {
            Path file = Files.writeString(folder.resolve("data.jsonl"), String.join("\n", lines) + "\n");
            return ExampleFile.read(file, reader(settings, 128));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ExampleReader reader(TuningSettings settings, int longest) {
        Optional<ChatLesson> lesson = ChatLesson.of(model.metadata(), tokenizer);
        return new ExampleReader(tokenizer, lesson, settings, longest);
    }

    /// The text of the tokens that count.
    private static String learned(Document document) {
        int[] ids = IntStream.range(0, document.tokens().length)
                .filter(i -> document.weights()[i] > 0)
                .map(i -> document.tokens()[i])
                .toArray();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(tokenizer.piece(id).replace('▁', ' '));
        }
        return text.toString();
    }

    private static String whole(Document document) {
        float[] all = new float[document.tokens().length];
        java.util.Arrays.fill(all, 1);
        return learned(new Document(document.tokens(), all));
    }

    @Test
    void answersOfConversationsAreLearned() {
        ExampleFile file = read(TuningSettings.DEFAULT, """
                {"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},\
                {"role":"assistant","content":"Good day"},{"role":"user","content":[{"type":"text","text":"Bye"}]},\
                {"role":"assistant","content":"See you"}]}""", "", """
                {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"One","weight":0},\
                {"role":"user","content":"Go on"},{"role":"assistant","content":"Two"}]}""");
        assertThat(file.method()).isEqualTo(Method.SFT);
        assertThat(file.examples()).extracting(TuningExample::line).containsExactly(1, 3);
        List<Document> first = file.examples().getFirst().documents();
        assertThat(first).hasSize(1);
        assertThat(learned(first.getFirst())).isEqualTo("Good day</s>See you</s>");
        assertThat(whole(first.getFirst())).contains("Be kind.").contains("Bye");
        assertThat(learned(file.examples().get(1).documents().getFirst())).isEqualTo("Two</s>");
    }

    @Test
    void thoughtsAndPromptsCountWhatTheyAreGiven() {
        TuningSettings settings = weighted(0.25f, 0.5f, 1);
        String line = """
                {"messages":[{"role":"user","content":"Hi"},\
                {"role":"assistant","reasoning":"Hmm then","content":"Good day"}]}""";
        Document document =
                read(settings, line).examples().getFirst().documents().getFirst();
        assertThat(document.weights()).contains(0.25f, 0.5f, 1f);
        float[] weights = document.weights();
        String thoughts = "";
        for (int i = 0; i < weights.length; i++) {
            thoughts +=
                    weights[i] == 0.5f ? tokenizer.piece(document.tokens()[i]).replace('▁', ' ') : "";
        }
        assertThat(thoughts).endsWith("Hmm then").doesNotContain("Good");
    }

    private static TuningSettings weighted(float prompt, float thoughts, float answer) {
        TuningSettings usual = TuningSettings.DEFAULT;
        return new TuningSettings(
                usual.rank(),
                usual.alpha(),
                usual.targets(),
                usual.epochs(),
                usual.rate(),
                usual.tokensPerStep(),
                usual.tokensPerBatch(),
                usual.beta(),
                new TuningSettings.Weights(prompt, thoughts, answer),
                true,
                usual.seed());
    }

    @Test
    void callsOfToolsAreLearned() throws IOException {
        Path file = Files.writeString(folder.resolve("tools.jsonl"), """
                {"tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"object"}}}],\
                "messages":[{"role":"user","content":"Time?"},{"role":"assistant","tool_calls":[{"id":"a1",\
                "type":"function","function":{"name":"clock","arguments":"{}"}}]},\
                {"role":"tool","tool_call_id":"a1","content":"noon"},{"role":"assistant","content":"Noon."}]}""");
        Document document = ExampleFile.read(file, reader(TuningSettings.DEFAULT, 600))
                .examples()
                .getFirst()
                .documents()
                .getLast();
        assertThat(learned(document)).contains("clock").endsWith("Noon.</s>").doesNotContain("Result");
    }

    @Test
    void otherFormsAreLearned() {
        Document pair = read(TuningSettings.DEFAULT, "{\"prompt\":\"Hi\",\"completion\":\"Good day\"}")
                .examples()
                .getFirst()
                .documents()
                .getFirst();
        assertThat(learned(pair)).isEqualTo("Good day</s>");
        ExampleFile text = read(TuningSettings.DEFAULT, "{\"text\":\"" + "word ".repeat(300) + "\"}");
        assertThat(text.examples()).hasSizeGreaterThan(2).allMatch(example -> example.rows() <= 127);
        ExampleFile preferred =
                read(TuningSettings.DEFAULT, "{\"prompt\":\"Hi\",\"chosen\":\"Good day\",\"rejected\":\"No\"}");
        assertThat(preferred.method()).isEqualTo(Method.DPO);
        assertThat(preferred.examples().getFirst().documents())
                .extracting(ExampleFileTest::learned)
                .containsExactly("Good day</s>", "No</s>");
        ExampleFile judged = read(TuningSettings.DEFAULT, """
                {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Go"}],"label":false}""");
        assertThat(judged.method()).isEqualTo(Method.KTO);
        assertThat(judged.examples().getFirst().good()).isFalse();
    }

    @Test
    void plainTextIsLearnedInPieces() throws IOException {
        Path file = Files.writeString(folder.resolve("book.txt"), "Once upon a time. ".repeat(100));
        ExampleFile book = ExampleFile.read(file, reader(TuningSettings.DEFAULT, 128));
        assertThat(book.examples()).hasSizeGreaterThan(3);
        assertThatThrownBy(() -> ExampleFile.read(folder.resolve("none.txt"), reader(TuningSettings.DEFAULT, 128)))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("There is no file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"messages":                                     | is not sound JSON
            [1]                                              | should be an object of JSON
            {"a":1,"a":2}                                    | is not sound JSON
            {"text":"x"} {}                                  | is not sound JSON
            {"question":"x"}                                 | there is nothing to learn
            {"text":""}                                      | "text" is empty
            {"messages":[]}                                  | "messages" should be a list of messages
            {"messages":[{"role":"robot","content":"x"}]}    | message 1 of "messages" has the role "robot"
            {"messages":[{"role":"user"}]}                   | message 1 of "messages" has no "content"
            {"messages":[{"role":"assistant","content":"x"}]} | is an answer to nothing
            {"messages":[{"role":"user","content":"x"}]}     | is not the assistant's
            {"messages":[{"role":"user","content":"x"},{"role":"system","content":"x"}]} | should be the first
            {"messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"q","content":"x"}]} | not made
            {"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","weight":2}]} | another weight
            {"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","weight":0}]} | the weight 0
            {"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}],"tools":7} | list of tools
            {"prompt":"x","completion":"y","label":"yes"}    | should be true for a good answer
            {"prompt":"x","chosen":"y","rejected":"y"}       | are the same answer
            {"prompt":"x","chosen":"y"}                      | "rejected" should be an object
            """)
    void mistakesAreOneSentenceWithTheLine(String line, String sentence) {
        assertThatThrownBy(() -> read(TuningSettings.DEFAULT, "", line))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("data.jsonl line 2")
                .hasMessageContaining(sentence)
                .hasMessageNotContaining("\n");
    }

    @Test
    void examplesThatAreTooLongOrMixedAreRefused() throws IOException {
        String fine = "{\"prompt\":\"Hi\",\"completion\":\"Go\"}";
        assertThatThrownBy(() -> read(
                        TuningSettings.DEFAULT,
                        fine,
                        "{\"prompt\":\"Hi\",\"completion\":\"" + "y ".repeat(200) + "\"}"))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching("data.jsonl line 2: the example has \\d+ tokens and there is room for 128: .*");
        assertThatThrownBy(() ->
                        read(TuningSettings.DEFAULT, fine, "{\"prompt\":\"Hi\",\"completion\":\"n\",\"label\":true}"))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("line 2: this is an example for KTO and those before are for SFT");
        assertThatThrownBy(() -> read(TuningSettings.DEFAULT, "", ""))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("holds no example");
        Path latin = Files.write(
                folder.resolve("latin.jsonl"), (fine + "\n{\"text\":\"é\"}").getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ExampleFile.read(latin, reader(TuningSettings.DEFAULT, 128)))
                .isInstanceOf(TrainingException.class)
                .hasMessage("latin.jsonl line 2 is not UTF-8: save it in that encoding.");
    }
}
