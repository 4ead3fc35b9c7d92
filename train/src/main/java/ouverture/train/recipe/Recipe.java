package ouverture.train.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import ouverture.Reasoning;
import ouverture.error.RequestException;
import ouverture.train.AdamW;
import ouverture.train.Schedule;
import ouverture.train.lesson.Draw;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/// How a model is made, from nothing or from another one: the file `recipe.json` of a folder.
///
/// @param name of the model
/// @param from the GGUF file whose weights and vocabulary it starts with, written relative to the recipe's
///     folder; empty if it starts from nothing
/// @param seed of everything that is random
/// @param stages what it learns, one after the other
/// @param levels how often each level of reasoning is taught, by its name
/// @param vocabulary tokens at most, where it starts from nothing
/// @param model its sizes
/// @param training how it learns
/// @param evaluation how it is examined
public record Recipe(
        String name,
        String from,
        long seed,
        List<Stage> stages,
        Map<String, Double> levels,
        int vocabulary,
        Sizes model,
        Training training,
        Evaluation evaluation) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();

    /// A part of the lessons.
    ///
    /// @param lessons of this stage; the last one goes on to the end of the training
    /// @param size how long numbers, lists and stories are
    /// @param followUps share of the lessons that come after an earlier question of the same conversation
    /// @param shares how often each subject is taught, by its name
    public record Stage(int lessons, Draw.Size size, double followUps, Map<String, Double> shares) {}

    /// The sizes of [ouverture.train.Blueprint] but the vocabulary's.
    public record Sizes(
            int layers,
            int width,
            int heads,
            int keyValueHeads,
            int headSize,
            int experts,
            int activeExperts,
            int expertWidth,
            int window,
            int context) {}

    /// How a model learns.
    ///
    /// @param steps changes of the parameters
    /// @param warmUp of these, steps until the learning rate is at its highest
    /// @param rate the highest learning rate
    /// @param lastRate share of it that is left at the end
    /// @param weightDecay see [AdamW.Settings]
    /// @param clip longest gradient
    /// @param balance factor on the load-balance loss
    /// @param tokensPerStep tokens between two changes
    /// @param tokensPerBatch of these, tokens that are computed at once
    /// @param recompute whether layers are computed twice, so that less must be in memory
    /// @param checkpointSeconds between two checkpoints
    public record Training(
            int steps,
            int warmUp,
            double rate,
            double lastRate,
            double weightDecay,
            double clip,
            double balance,
            int tokensPerStep,
            int tokensPerBatch,
            boolean recompute,
            double checkpointSeconds) {
        Schedule schedule() {
            return new Schedule(rate, warmUp, steps, lastRate);
        }

        AdamW.Settings optimiser() {
            AdamW.Settings usual = AdamW.Settings.USUAL;
            return new AdamW.Settings(usual.meanDecay(), usual.squareDecay(), weightDecay, usual.epsilon());
        }
    }

    /// How a model is examined.
    ///
    /// @param questions number of questions of each subject of the last stage, none of which it was taught
    /// @param kinds of questions
    /// @param levels of reasoning, by their names
    /// @param atLeast share of all of them that must be answered right
    public record Evaluation(int questions, List<Questions> kinds, List<String> levels, double atLeast) {}

    /// Reads a recipe.
    ///
    /// @param path its folder, or the file itself
    /// @throws RequestException if there is none, or what it says makes no sense
    public static Recipe read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("recipe.json") : path;
        if (!Files.isRegularFile(file)) {
            throw new RequestException("There is no recipe " + file + "; name a folder with a recipe.json.");
        }
        Recipe recipe;
        try {
            recipe = JSON.readValue(Files.readAllBytes(file), Recipe.class);
        } catch (JacksonException e) {
            throw new RequestException(
                    "The recipe " + file + " cannot be used, line "
                            + e.getLocation().getLineNr() + ": " + complaint(e) + ".",
                    e);
        } catch (IOException e) {
            throw new RequestException("The recipe " + file + " cannot be read: " + e.getMessage() + ".", e);
        }
        recipe.check(file);
        return recipe.from.isEmpty()
                ? recipe
                : recipe.withFrom(file.resolveSibling(recipe.from).normalize());
    }

    private Recipe withFrom(Path path) {
        return new Recipe(name, path.toString(), seed, stages, levels, vocabulary, model, training, evaluation);
    }

    /// What Jackson says to people, without what it says to programmers.
    private static String complaint(JacksonException failure) {
        return failure.getOriginalMessage()
                .replaceAll("(?s)[;\\n].*", "")
                .replaceAll(" \\(index \\d+\\)", "")
                .replace("creator property", "property");
    }

    private void check(Path file) {
        Training t = training;
        require(file, !name.isBlank(), "its \"name\" is empty");
        require(file, !stages.isEmpty(), "it has no \"stages\"");
        for (Stage stage : stages) {
            require(file, stage.lessons >= 0, "\"lessons\" is negative");
            require(file, stage.size != Draw.Size.LONG, "\"size\": long is kept for examinations");
            require(file, stage.followUps >= 0 && stage.followUps <= 1, "\"followUps\" is not within 0 and 1");
            require(file, areShares(stage.shares), "\"shares\" are not positive numbers");
        }
        require(file, areShares(levels), "\"levels\" are not positive numbers");
        require(file, areLevels(levels.keySet()), "its \"levels\" are not off, auto, low, medium or high");
        require(file, vocabulary > 0, "its \"vocabulary\" is not positive");
        require(file, t.steps > 0, "\"steps\" is not positive");
        require(file, t.warmUp >= 0 && t.warmUp <= t.steps, "\"warmUp\" is not within 0 and \"steps\"");
        require(file, t.rate > 0 && t.rate < 1, "\"rate\" is not between 0 and 1");
        require(file, t.lastRate >= 0 && t.lastRate <= 1, "\"lastRate\" is not within 0 and 1");
        require(file, t.weightDecay >= 0 && t.weightDecay < 1, "\"weightDecay\" is not within 0 and 1");
        require(file, t.clip > 0, "\"clip\" is not positive");
        require(file, t.balance >= 0, "\"balance\" is negative");
        require(file, t.tokensPerBatch > 0, "\"tokensPerBatch\" is not positive");
        require(file, t.tokensPerStep > 0, "\"tokensPerStep\" is not positive");
        require(file, t.checkpointSeconds >= 0, "\"checkpointSeconds\" is negative");
        require(file, evaluation.questions > 0, "\"questions\" is not positive");
        require(file, !evaluation.kinds.isEmpty(), "\"kinds\" is empty");
        require(
                file,
                areLevels(evaluation.levels),
                "the examination's \"levels\" are not off, auto, low, medium or high");
        require(file, evaluation.atLeast >= 0 && evaluation.atLeast <= 1, "\"atLeast\" is not within 0 and 1");
    }

    private static boolean areShares(Map<String, Double> shares) {
        return !shares.isEmpty() && shares.values().stream().allMatch(share -> share > 0);
    }

    private static boolean areLevels(Collection<String> names) {
        return !names.isEmpty()
                && names.stream()
                        .allMatch(name -> Arrays.stream(Reasoning.Level.values())
                                .anyMatch(level -> level.text().equals(name)));
    }

    private static void require(Path file, boolean sound, String complaint) {
        if (!sound) {
            throw new RequestException("The recipe " + file + " cannot be used: " + complaint + ".");
        }
    }
}
