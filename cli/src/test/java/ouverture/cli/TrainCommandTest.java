package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.train.Progress;
import ouverture.train.TrainingLog;
import tools.jackson.databind.JsonNode;

class TrainCommandTest {
    private static final Path SMOKE = Path.of("../recipes/smoke/recipe.json");

    @TempDir
    private Path folder;

    /// The smoke recipe in a few steps, with a value changed.
    private Path recipe(String from, String to) throws IOException {
        String text = Files.readString(SMOKE)
                .replace("\"steps\": 1000", "\"steps\": 4")
                .replace("\"warmUp\": 20", "\"warmUp\": 2")
                .replace("\"questions\": 200", "\"questions\": 3")
                .replace("\"atLeast\": 0.9", "\"atLeast\": 0.0");
        assertThat(text).contains(from);
        Path recipe = folder.resolve("recipe.json");
        Files.writeString(recipe, text.replace(from, to));
        return recipe;
    }

    private Invocation train(Path recipe) {
        return Invocation.of("train", recipe, "--out", folder.resolve("run"), "--json", "-t", 1);
    }

    @Test
    void leavesAModelWithItsRecord() throws IOException {
        Invocation run = train(recipe("smoke", "tiny"));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).startsWith("Training tiny, ").contains("step 0 of 4.");
        JsonNode report = Json.MAPPER.readTree(run.out());
        assertThat(report.path("steps").asInt()).isEqualTo(4);
        assertThat(report.path("questions").asInt()).isEqualTo(3);
        assertThat(report.path("loss").asDouble()).isPositive();
        assertThat(Json.MAPPER.readTree(Files.readString(folder.resolve("run/record.json"))))
                .isEqualTo(report);
        assertThat(folder.resolve("run/loss.svg")).content().startsWith("<svg");
        assertThat(folder.resolve("run/log.jsonl")).content().hasLineCount(4);
        Invocation inspection = Invocation.of("inspect", folder.resolve("run/model.gguf"));
        assertThat(inspection.out()).contains("gpt-oss, runs here");
        Invocation score =
                Invocation.of("train", recipe("smoke", "tiny"), "--out", folder.resolve("run"), "-t", 1, "--score");
        assertThat(score.out()).contains("| numbers | questions | auto |", "| addition | 3 | ");
        assertThat(folder.resolve("run/marks.json")).content().contains("\"subject\" : \"addition\"");
        assertThat(folder.resolve("run/marks.md")).hasContent(score.out());
        Path card = Files.createDirectory(folder.resolve("card"));
        Invocation other = Invocation.of(
                "train",
                recipe("smoke", "tiny"),
                "--score",
                "--model",
                folder.resolve("run/model.gguf"),
                "--out",
                card,
                "-t",
                1);
        assertThat(other.out()).isEqualTo(score.out());
        assertThat(card).isDirectoryContaining("glob:**/levels.svg").isDirectoryContaining("glob:**/answers.jsonl");
        Invocation again = train(recipe("smoke", "tiny"));
        assertThat(again.err()).contains("step 4 of 4.");
        Invocation people = Invocation.of("train", recipe("smoke", "tiny"), "--out", folder.resolve("run"), "-t", 1);
        assertThat(people.out()).contains("Trained  4 steps", "of 3 questions");
    }

    @Test
    void aModelThatLearnsTooLittleIsAFailure() throws IOException {
        Invocation run = train(recipe("\"atLeast\": 0.0", "\"atLeast\": 1.0"));

        assertThat(run.code()).isEqualTo(ExitCode.TRAINING);
        assertThat(run.err()).contains("its recipe asks for 100.0 %");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"steps\": 4 | \"steps\": 0 | \"steps\" is not positive",
                "\"steps\": 4 | \"steppes\": 4 | Missing property 'steps'.",
                "\"steps\": 4 | \"steps\": \"many\" | line",
                "\"addition\": 1 | \"chess\": 1 | no subject named \"chess\"",
                "\"addition\": 1 | \"addition\": 0 | \"shares\" are not positive",
                "\"usual\" | \"long\" | long is kept for examinations",
                "\"auto\": 1 | \"deep\": 1 | \"levels\" are not off",
                "\"heads\": 2 | \"heads\": 3 | 3 heads",
                "\"seed\": 1 | \"seed\": 1, \"speed\": 9 | speed",
                "\"vocabulary\": 320 | \"vocabulary\": 200 | too small",
                "\"context\": 128 | \"context\": 8 | the model's context is 8",
                "\"tokensPerBatch\": 2048 | \"tokensPerBatch\": 8 | a batch takes 9",
                "\"rate\": 0.005 | \"rate\": 5 | \"rate\" is not between 0 and 1"
            })
    void mistakesAreOneSentence(String from, String to, String sentence) throws IOException {
        Path recipe = recipe("\"keyValueHeads\": 1", "\"keyValueHeads\": 2");
        Files.writeString(recipe, Files.readString(recipe).replace(from, to));

        Invocation run = train(recipe);

        assertThat(run.code()).as(run.err()).isIn(ExitCode.USAGE, ExitCode.TRAINING);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines().toList().getLast())
                .startsWith("ouverture: ")
                .contains(sentence);
    }

    @Test
    void theFolderOfAnotherRunIsRefused() throws IOException {
        train(recipe("smoke", "tiny"));

        Invocation run = train(recipe("\"seed\": 1", "\"seed\": 2"));

        assertThat(run.code()).isEqualTo(ExitCode.TRAINING);
        assertThat(run.err()).contains("belongs to another recipe");
    }

    @Test
    void aModelIsExaminedOnlyWhereThatIsAskedFor() throws IOException {
        Path recipe = recipe("smoke", "tiny");

        assertThat(Invocation.of("train", recipe, "--model", "default").err()).contains("add --score");
        assertThat(Invocation.of("train", recipe, "--score", "--model", "m", "--out", folder.resolve("none"))
                        .err())
                .contains("There is no folder " + folder.resolve("none"));
    }

    @Test
    void aMissingRecipeIsNamed() {
        Invocation run = Invocation.of("train", folder);

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("There is no recipe " + folder.resolve("recipe.json"));
    }

    @Test
    void theLineShowsLossSpeedAndTimeLeft() throws IOException {
        Progress start = new Progress(10, 0, 1000, 5);
        TrainingLog.Entry entry = new TrainingLog.Entry(30, 0.5321, 1, 1, 1e-3, 61_000, 25);

        try (TrainProgress progress = new TrainProgress(
                new Streams(
                        java.io.InputStream.nullInputStream(),
                        java.io.Writer.nullWriter(),
                        new java.io.PrintWriter(java.io.Writer.nullWriter()),
                        false,
                        false,
                        true),
                100,
                start)) {
            assertThat(progress.line(entry)).isEqualTo("Step 30 of 100, loss 0.532, 3,000 tokens/s, 1:10 left");
        }
    }

    /// No step changes anything at a rate of nothing, so that what comes out is what it started from.
    @Test
    void startsFromAnotherModel() throws IOException {
        assertThat(train(recipe("smoke", "tiny")).code()).isZero();
        Path start = Files.move(folder.resolve("run/model.gguf"), folder.resolve("start.gguf"));
        Path still = recipe("\"from\": \"\"", "\"from\": \"start.gguf\"");
        String text = Files.readString(still).replaceAll("\"rate\": [0-9.]+", "\"rate\": 1e-30");
        Files.writeString(still, text);
        Invocation run = Invocation.of("train", still, "--out", folder.resolve("second"), "--json", "-t", 1);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Json.MAPPER.readTree(run.out()).path("start").asString()).hasSize(64);
        assertThat(logits(folder.resolve("second/model.gguf"))).isEqualTo(logits(start));
    }

    private String logits(Path model) throws IOException {
        Path out = folder.resolve("logits.bin");
        Invocation run = Invocation.of("logits", model, "--ids", "70,71,72", "--kernels", "scalar", "--out", out);
        assertThat(run.code()).as(run.err()).isZero();
        return HexFormat.of().formatHex(Files.readAllBytes(out));
    }

    @ParameterizedTest
    @CsvSource({
        "nowhere.gguf, 'nowhere.gguf, which is not there: put the model there, or leave \"from\" empty'",
        "recipe.json, recipe.json",
    })
    void aStartThatIsNoGoodIsASentence(String from, String sentence) throws IOException {
        Invocation run = train(recipe("\"from\": \"\"", "\"from\": \"" + from + "\""));

        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains(sentence);
    }

    @Test
    void aStartOfOtherSizesIsASentence() throws IOException {
        assertThat(train(recipe("smoke", "tiny")).code()).isZero();
        Files.move(folder.resolve("run/model.gguf"), folder.resolve("start.gguf"));
        Path other = recipe("\"from\": \"\"", "\"from\": \"start.gguf\"");
        Files.writeString(other, Files.readString(other).replaceAll("\"width\": [0-9]+", "\"width\": 32"));
        Invocation run = Invocation.of("train", other, "--out", folder.resolve("second"), "-t", 1);

        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("cannot start from").contains("in the recipe");
    }
}
