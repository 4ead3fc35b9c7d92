package ouverture.train.recipe;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import ouverture.Reasoning;
import ouverture.error.TrainingException;
import ouverture.text.Tokenizer;
import ouverture.train.TrainingData;
import ouverture.train.gradient.TrainingBatch.Document;
import ouverture.train.lesson.Draw;
import ouverture.train.lesson.Lesson;
import ouverture.train.lesson.Subject;
import ouverture.train.lesson.Subjects;
import ouverture.train.tokenizer.BpeTrainer;
import ouverture.train.tokenizer.TrainedVocabulary;

/// A recipe's lessons, parted by their questions: one question in ten is for the examination only, whatever
/// number it comes from. Numbers of the examination are none of the teaching besides.
final class Lessons {
    private static final int PARTS = 10;

    /// Lessons that the vocabulary is made from.
    private static final int VOCABULARY_LESSONS = 20_000;

    /// Lessons of each stage that say which data these are.
    private static final int HASHED_LESSONS = 500;

    /// Where reserved control tokens have room.
    private static final int LARGE_VOCABULARY = 1024;

    /// Numbers of one lesson that are tried until one is of the right part.
    private static final long TRIES = 1L << 20;

    /// Where the numbers of the examination begin.
    private static final long EXAMINATION = 1L << 40;

    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final Recipe recipe;
    private final Subjects subjects = new Subjects();
    private final Harmony harmony = new Harmony();

    /// @throws ouverture.error.RequestException if the recipe names a subject that there is not
    Lessons(Recipe recipe) {
        this.recipe = recipe;
        recipe.stages().forEach(stage -> stage.shares().keySet().forEach(subjects::named));
    }

    Harmony harmony() {
        return harmony;
    }

    /// The first lesson of a subject from a number on that is of the right part.
    private Lesson lesson(long index, Subject subject, Draw.Setting setting, Reasoning.Level level, boolean examined) {
        long first = recipe.seed() * GOLDEN + index * TRIES;
        for (long number = first; ; number++) {
            Lesson lesson = subject.lesson(new Draw(number, setting, level));
            if (isForExamination(lesson) == examined) {
                return lesson;
            }
        }
    }

    /// Whether a question is never taught.
    static boolean isForExamination(Lesson lesson) {
        return Math.floorMod(mixed(lesson.question().text().hashCode()), PARTS) == 0;
    }

    /// Spreads the hash codes of strings, which neighbouring strings share but for the last bits.
    private static int mixed(int hash) {
        int mixed = (hash ^ hash >>> 16) * 0x85EB_CA6B;
        mixed = (mixed ^ mixed >>> 13) * 0xC2B2_AE35;
        return mixed ^ mixed >>> 16;
    }

    /// The lesson of a number from 0 on.
    Lesson taught(long index) {
        if (index < 0 || index >= EXAMINATION) {
            throw new TrainingException("Lesson " + index + " is kept for examinations: end the training before it.");
        }
        Recipe.Stage stage = stage(index);
        SplittableRandom random = new SplittableRandom(recipe.seed() ^ ~index * GOLDEN);
        Reasoning.Level level = level(weighted(recipe.levels(), random.nextDouble()));
        Subject subject = subjects.named(weighted(stage.shares(), random.nextDouble()));
        Draw.Setting setting = new Draw.Setting(Draw.Wording.TAUGHT, stage.size(), true);
        Lesson lesson = lesson(index, subject, setting, level, false);
        if (random.nextDouble() >= stage.followUps()) {
            return lesson;
        }
        Subject before = subjects.named(weighted(stage.shares(), random.nextDouble()));
        Lesson earlier = lesson(index ^ EXAMINATION >> 1, before, setting, Reasoning.Level.OFF, false);
        return lesson.after(earlier);
    }

    private Recipe.Stage stage(long index) {
        long first = 0;
        for (Recipe.Stage stage : recipe.stages()) {
            first += stage.lessons();
            if (index < first) {
                return stage;
            }
        }
        return recipe.stages().getLast();
    }

    static Reasoning.Level level(String name) {
        return Reasoning.Level.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static String weighted(Map<String, Double> shares, double chosen) {
        double all = shares.values().stream().mapToDouble(Double::doubleValue).sum();
        double left = chosen * all;
        String last = "";
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            last = share.getKey();
            left -= share.getValue();
            if (left < 0) {
                break;
            }
        }
        return last;
    }

    /// Makes the vocabulary, from lessons of the last stage.
    ///
    /// @param size tokens at most
    TrainedVocabulary vocabulary(int size) {
        BpeTrainer trainer = new BpeTrainer("qwen2");
        long first = lastStage();
        for (int i = 0; i < VOCABULARY_LESSONS; i++) {
            trainer.add(taught(first + i).text());
        }
        return trainer.train(size, Harmony.WORDS, Harmony.controls(size >= LARGE_VOCABULARY));
    }

    private long lastStage() {
        List<Recipe.Stage> before = recipe.stages().subList(0, recipe.stages().size() - 1);
        return before.stream().mapToLong(Recipe.Stage::lessons).sum();
    }

    /// Says which lessons these are: SHA-256 of the first ones of each stage.
    String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long first = 0;
            for (Recipe.Stage stage : recipe.stages()) {
                for (int i = 0; i < HASHED_LESSONS; i++) {
                    Lesson lesson = taught(first + i);
                    digest.update((harmony.prompt(lesson.question(), lesson.level()) + Harmony.completion(lesson))
                            .getBytes(StandardCharsets.UTF_8));
                }
                first += stage.lessons();
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// What is taught.
    ///
    /// @param context tokens of the longest document that can be learned
    TrainingData data(Tokenizer tokenizer, int context) {
        return index -> {
            Document document = harmony.document(taught(index), tokenizer);
            if (document.rows() > context) {
                throw new TrainingException("Example " + index + " has " + document.tokens().length
                        + " tokens, and the model's context is " + context + ": make \"context\" larger.");
            }
            return document;
        };
    }

    /// Lessons of which none is taught, each with another question; fewer where the subject has no more. They
    /// are the same at each level.
    List<Lesson> examination(String subject, Questions questions, Reasoning.Level level, int count) {
        Map<String, Lesson> lessons = new LinkedHashMap<>();
        Subject examined = subjects.named(subject);
        for (long i = 0; lessons.size() < count && i < 20L * count; i++) {
            Lesson lesson = lesson(EXAMINATION + i, examined, questions.setting(), level, true);
            lessons.putIfAbsent(lesson.question().text(), lesson);
        }
        return List.copyOf(lessons.values());
    }
}
