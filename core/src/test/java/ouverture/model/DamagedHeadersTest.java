package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.error.OuvertureException;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.model.family.Families;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KvCache;
import ouverture.tensor.ScalarKernels;
import ouverture.tensor.Tensor;

/// Headers and tensors that contradict each other, for every model of the conformance data: a model loads and
/// computes, or is refused by an exception of this project.
class DamagedHeadersTest {
    private static final int TRIPLES = 100;
    private static final int TOKENS = 8;
    private static final int BLOCK_SIZE = 4;
    private static final long[] INTEGERS = {
        0, 1, 2, 3, 5, 7, 16, 33, 256, -1, -2, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, Long.MAX_VALUE
    };
    private static final double[] NUMBERS = {
        0, -1, 1, 1e-30, 1e30, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    private final Arena memory = Arena.ofConfined();
    private final Scratch scratch = new Scratch(memory);
    private final ScalarKernels kernels = new ScalarKernels(new KernelsOptions(1, KernelsOptions.Activations.F32));

    @AfterEach
    void endThreads() {
        kernels.close();
        memory.close();
    }

    static Stream<String> models() throws IOException {
        return ModelConformance.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void aChangedHeaderComputesOrIsRefused(String name) {
        try (ModelFile file = ModelFile.open(Expected.of("models", name).model())) {
            Map<String, Object> values = file.metadata().values();
            List<String> keys = values.keySet().stream()
                    .filter(key -> key.startsWith(file.metadata().architecture() + "."))
                    .toList();
            int computed = 0;
            int tried = 0;
            for (String key : keys) {
                for (Object value : replacements(values.get(key))) {
                    computed += check(file, Map.of(key, value)) ? 1 : 0;
                    tried++;
                }
            }
            Random random = new Random(7);
            for (int i = 0; i < TRIPLES; i++) {
                Map<String, Object> changes = new HashMap<>();
                for (int change = 0; change < 3; change++) {
                    String key = keys.get(random.nextInt(keys.size()));
                    List<Object> replacements = replacements(values.get(key));
                    changes.put(key, replacements.get(random.nextInt(replacements.size())));
                }
                computed += check(file, changes) ? 1 : 0;
                tried++;
            }
            assertThat(computed).as("computed of " + tried).isBetween(1, tried - 1);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aChangedTensorComputesOrIsRefused(String name) {
        try (ModelFile file = ModelFile.open(Expected.of("models", name).model())) {
            for (Tensor tensor : file.tensors().values()) {
                for (Tensor changed : changes(tensor)) {
                    Map<String, Tensor> tensors = new LinkedHashMap<>(file.tensors());
                    tensors.put(tensor.name(), changed);
                    compute(file.metadata(), tensors, tensor.name() + " as " + changed);
                }
                Map<String, Tensor> tensors = new LinkedHashMap<>(file.tensors());
                tensors.remove(tensor.name());
                compute(file.metadata(), tensors, "without " + tensor.name());
            }
        }
    }

    /// What a key can be: other values of its type, another type, nothing.
    private static List<Object> replacements(Object value) {
        List<Object> all = new ArrayList<>(List.of("nonsense", List.of(), "remove"));
        switch (value) {
            case Long n -> {
                IntStream.of(-1, 1).forEach(i -> all.add(n + i));
                all.add(2 * n);
                all.add(n / 2);
                for (long integer : INTEGERS) {
                    all.add(integer);
                }
            }
            case Double _ -> {
                for (double number : NUMBERS) {
                    all.add(number);
                }
            }
            case int[] each -> {
                all.add(-1L);
                all.add(Arrays.copyOf(each, each.length - 1));
                for (int integer : new int[] {0, -1, 3, 65_536, Integer.MAX_VALUE}) {
                    int[] changed = each.clone();
                    changed[each.length / 2] = integer;
                    all.add(changed);
                }
            }
            case List<?> flags -> {
                all.add(1L);
                all.add(flags.subList(1, flags.size()));
                all.add(flags.reversed());
                all.add(Collections.nCopies(flags.size(), true));
                all.add(Collections.nCopies(flags.size(), false));
            }
            default -> all.add(-1L);
        }
        return all;
    }

    private static List<Tensor> changes(Tensor tensor) {
        List<Tensor> all = new ArrayList<>();
        if (tensor.rows() > 1) {
            all.add(new Tensor(
                    tensor.name(), tensor.type(), tensor.planes(), tensor.rows() - 1, tensor.columns(), tensor.data()));
        }
        if (tensor.planes() > 1) {
            all.add(new Tensor(
                    tensor.name(), tensor.type(), tensor.planes() - 1, tensor.rows(), tensor.columns(), tensor.data()));
        }
        int shorter = tensor.columns() - tensor.type().blockElements();
        if (shorter > 0) {
            all.add(new Tensor(tensor.name(), tensor.type(), tensor.planes(), tensor.rows(), shorter, tensor.data()));
        }
        return all;
    }

    private static Metadata changed(ModelFile file, Map<String, Object> changes) {
        Map<String, Object> values = new LinkedHashMap<>(file.metadata().values());
        changes.forEach((key, value) -> {
            if (value.equals("remove")) {
                values.remove(key);
            } else {
                values.put(key, value);
            }
        });
        return new Metadata(file.metadata().file(), values);
    }

    private boolean check(ModelFile file, Map<String, Object> changes) {
        return compute(changed(file, changes), file.tensors(), changes.toString());
    }

    /// Whether the model computes; it is an error if it neither does nor is refused.
    private boolean compute(Metadata metadata, Map<String, Tensor> tensors, String what) {
        Family family = Families.ALL.stream()
                .filter(each -> each.name().equals(metadata.architecture()))
                .findFirst()
                .orElseThrow();
        Model model;
        try {
            model = family.loader().load(metadata, new Weights(metadata.file(), tensors), TOKENS);
        } catch (OuvertureException e) {
            assertThat(e.getMessage()).endsWith(".").doesNotContain("\n");
            return false;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(what + " is not refused by a clear exception", e);
        }
        try (Arena arena = Arena.ofConfined()) {
            KvCache cache = KvCache.allocate(arena, DType.F32, TOKENS / BLOCK_SIZE, BLOCK_SIZE, model.cacheShapes());
            int[] positions = IntStream.range(0, TOKENS).toArray();
            int[] zeros = new int[TOKENS];
            int[][] tables = {IntStream.range(0, TOKENS / BLOCK_SIZE).toArray()};
            Batch batch = new Batch(zeros, positions, zeros, tables, new int[] {TOKENS - 1});
            Tensor logits = model.forward(new ForwardPass(kernels, batch, cache, scratch));
            assertThat(logits.rows()).as(what).isOne();
            return true;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(what + " is accepted and cannot be computed", e);
        }
    }
}
