package ouverture.benchmarks.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import ouverture.KernelSets;
import ouverture.file.GgufWriter.Slot;
import ouverture.file.Metadata;
import ouverture.model.Model;
import ouverture.model.Weights;
import ouverture.model.family.Families;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.train.AdamW;
import ouverture.train.Blueprint;
import ouverture.train.ParameterSet;
import ouverture.train.Schedule;
import ouverture.train.Trainer;
import ouverture.train.TrainingData;
import ouverture.train.TrainingPlan;
import ouverture.train.gradient.Network;
import ouverture.train.gradient.TrainingBatch.Document;

/// Trains networks of usual shapes for some steps and prints what share of the speed of a large product of floats
/// the steps have: `make bench-train`. Arguments: names of shapes, or none for all.
public final class BenchTraining {
    private static final int STEPS = 6;
    private static final int TOKENS = 2048;
    private static final int VOCABULARY = 2048;
    private static final int CONTEXT = 1024;

    private final int threads = Runtime.getRuntime().availableProcessors();

    private BenchTraining() {}

    /// Prints a table.
    ///
    /// @throws IOException if there is no room for a log
    public static void main(String[] arguments) throws IOException {
        BenchTraining bench = new BenchTraining();
        System.out.println("| network | parameters | tokens of a document | tokens a second | share of the peak |");
        System.out.println("| --- | ---: | ---: | ---: | ---: |");
        for (Shape shape : List.of(embedded(), llama(512), llama(1024))) {
            if (arguments.length == 0 || List.of(arguments).contains(shape.name)) {
                for (int length : new int[] {128, CONTEXT}) {
                    System.out.println(bench.row(shape, length));
                }
            }
        }
    }

    /// A network.
    ///
    /// @param header keys that describe it
    private record Shape(String name, Map<String, Object> header, List<Slot> slots, int layers) {}

    private static Shape embedded() {
        Blueprint blueprint = new Blueprint(6, 128, 4, 2, 32, 8, 2, 128, 128, CONTEXT, VOCABULARY);
        return new Shape("embedded", blueprint.header(), blueprint.slots(), blueprint.layers());
    }

    /// A network of Llama's architecture with four layers, heads of 64 columns, and a feed-forward network of three
    /// times its width.
    private static Shape llama(int width) {
        int layers = 4;
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("general.architecture", "llama");
        header.put("llama.block_count", (long) layers);
        header.put("llama.context_length", (long) CONTEXT);
        header.put("llama.embedding_length", (long) width);
        header.put("llama.feed_forward_length", 3L * width);
        header.put("llama.attention.head_count", width / 64L);
        header.put("llama.attention.head_count_kv", width / 128L);
        header.put("llama.attention.layer_norm_rms_epsilon", 1e-5);
        header.put("llama.rope.freq_base", 10_000.0);
        Stream<Slot> slots = Stream.of(matrix("token_embd", VOCABULARY, width), matrix("output_norm", 1, width));
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            slots = Stream.concat(
                    slots,
                    Stream.of(
                            matrix(block + "attn_norm", 1, width),
                            matrix(block + "attn_q", width, width),
                            matrix(block + "attn_k", width / 2, width),
                            matrix(block + "attn_v", width / 2, width),
                            matrix(block + "attn_output", width, width),
                            matrix(block + "ffn_norm", 1, width),
                            matrix(block + "ffn_gate", 3 * width, width),
                            matrix(block + "ffn_up", 3 * width, width),
                            matrix(block + "ffn_down", width, 3 * width)));
        }
        return new Shape("llama-" + width, header, slots.toList(), layers);
    }

    private static Slot matrix(String name, int rows, int columns) {
        return new Slot(name + ".weight", ouverture.tensor.DType.F32, 1, rows, columns);
    }

    private String row(Shape shape, int length) throws IOException {
        Path folder = Files.createTempDirectory("bench-training");
        Metadata metadata = new Metadata(shape.name, shape.header);
        try (ParameterSet parameters = new ParameterSet(shape.slots);
                Kernels kernels =
                        KernelSets.choose(KernelSets.AUTO).create(new KernelsOptions(threads, Activations.F32))) {
            parameters.initialise(1, shape.layers);
            Model model = Families.of(metadata)
                    .loader()
                    .load(metadata, new Weights(shape.name, parameters.tensors()), CONTEXT);
            long count = parameters.all().stream()
                    .mapToLong(parameter -> parameter.value().size())
                    .sum();
            double share = 0;
            double speed = 0;
            // A trainer of its own for each step, so that the best of them counts.
            for (int step = 0; step < STEPS; step++) {
                try (Trainer trainer = new Trainer(model, parameters, texts(length), kernels, plan(folder, step))) {
                    trainer.run(_ -> true);
                    speed = Math.max(
                            speed,
                            trainer.progress().tokens() / trainer.progress().seconds());
                    share = Math.max(share, trainer.shareOfPeak());
                }
            }
            return String.format(
                    Locale.ROOT, "| %s | %,d | %d | %,.0f | %.0f %% |", shape.name, count, length, speed, 100 * share);
        } finally {
            delete(folder);
        }
    }

    private static TrainingPlan plan(Path parent, int number) throws IOException {
        Path folder = Files.createDirectories(parent.resolve(String.valueOf(number)));
        return new TrainingPlan(
                folder,
                "bench",
                new Schedule(1e-3, 0, 1, 1),
                AdamW.Settings.USUAL,
                TOKENS,
                TOKENS,
                1,
                new Network.Options(false, 0.01),
                Double.POSITIVE_INFINITY);
    }

    /// Texts of random tokens.
    private static TrainingData texts(int length) {
        return index -> {
            int[] tokens = new Random(index).ints(length + 1, 0, VOCABULARY).toArray();
            float[] weights = new float[tokens.length];
            java.util.Arrays.fill(weights, 1);
            return new Document(tokens, weights);
        };
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
