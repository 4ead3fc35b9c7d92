package ouverture.kernels.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Tensor;

/// Operands that do not fit each other, as a mistake elsewhere or a hostile file might bring them, end in an
/// exception: machine code that ran with them would end the process.
class WrongOperandsTest {
    private static final int SIZE = 64;

    private final Arena arena = Arena.ofShared();
    private final Kernels kernels =
            JitKernelsContract.kernels(InstructionSet.AVX2, new KernelsOptions(1, KernelsOptions.Activations.F32));

    @AfterEach
    void close() {
        kernels.close();
        arena.close();
    }

    private Tensor floats(int rows, int columns) {
        return Tensor.matrix("floats", DType.F32, rows, columns, arena.allocate(4L * rows * columns, 4));
    }

    private Tensor integers(int... values) {
        MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_INT, values);
        return Tensor.matrix("integers", DType.I32, 1, values.length, data);
    }

    private static void refuses(Runnable operation) {
        assertThatThrownBy(operation::run)
                .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
    }

    @Test
    void productsOfOtherShapes() {
        Tensor x = floats(2, SIZE);
        Tensor weight = floats(5, SIZE);
        refuses(() -> kernels.matmul(floats(2, 5), floats(2, SIZE - 1), weight, null));
        refuses(() -> kernels.matmul(floats(2, 4), x, weight, null));
        refuses(() -> kernels.matmul(floats(1, 5), x, weight, null));
        refuses(() -> kernels.matmul(floats(2, 5), x, weight, floats(1, 4)));
        Tensor planes =
                new Tensor("planes", DType.F32, 2, 5, SIZE, floats(10, SIZE).data());
        refuses(() -> kernels.matmul(floats(2, 5), x, planes, null));
        refuses(() -> kernels.matmulPerHead(floats(1, 10), x, planes));
        refuses(() -> kernels.matmulPerHead(floats(2, 9), floats(2, 2 * SIZE), planes));
        refuses(() -> kernels.matmulExperts(floats(2, 5), x, planes, null, integers(0, 2)));
        refuses(() -> kernels.matmulExperts(floats(2, 5), x, planes, null, integers(0, -1)));
        refuses(() -> kernels.matmulExperts(floats(1, 5), x, planes, null, integers(0, 1)));
        refuses(() -> kernels.matmulExperts(floats(2, 5), floats(2, 1), planes, null, integers(0, 1)));
        refuses(() -> kernels.matmulExperts(floats(2, 5), floats(0, SIZE), planes, null, integers(0, 1)));
    }

    @Test
    void memoryOnTheHeap() {
        Tensor heap = Tensor.matrix("heap", DType.F32, 5, SIZE, MemorySegment.ofArray(new float[5 * SIZE]));
        refuses(() -> kernels.matmul(floats(2, 5), floats(2, SIZE), heap, null));
        refuses(() -> kernels.add(heap, heap));
        refuses(() -> kernels.rmsNorm(heap, heap, null, 1e-5f));
    }

    @Test
    void memoryThatWasGivenBack() {
        Tensor gone;
        try (Arena closed = Arena.ofShared()) {
            gone = Tensor.matrix("gone", DType.F32, 5, SIZE, closed.allocate(4L * 5 * SIZE, 4));
        }
        refuses(() -> kernels.matmul(floats(2, 5), floats(2, SIZE), gone, null));
        refuses(() -> kernels.add(gone, gone));
        refuses(() -> kernels.embed(floats(1, SIZE), gone, new int[1]));
    }

    @Test
    void resultsInReadOnlyMemory() {
        Tensor x = floats(2, SIZE);
        Tensor fixed = Tensor.matrix("fixed", DType.F32, 2, SIZE, x.data().asReadOnly());
        refuses(() -> kernels.add(fixed, x));
        refuses(() -> kernels.scale(fixed, 2));
        refuses(() -> kernels.softcap(fixed, 2));
        refuses(() -> kernels.activate(fixed, Activation.SILU));
        refuses(() -> kernels.rmsNorm(fixed, x, null, 1e-5f));
        refuses(() -> kernels.rope(fixed, SIZE, new int[2], Rope.plain(SIZE, 10_000)));
        refuses(() -> kernels.matmul(fixed, x, floats(SIZE, SIZE), null));
        refuses(() -> kernels.embed(fixed, x, new int[2]));
        refuses(() -> kernels.combine(fixed, x, floats(2, 1)));
    }

    @Test
    void otherFormatsWhereFloatsAreNeeded() {
        Tensor halves = Tensor.matrix("halves", DType.F16, 2, SIZE, arena.allocate(2L * 2 * SIZE, 4));
        refuses(() -> kernels.embed(halves, floats(5, SIZE), new int[2]));
        refuses(() -> kernels.rmsNorm(halves, halves, null, 1e-5f));
        refuses(() -> kernels.rope(halves, SIZE, new int[2], Rope.plain(SIZE, 10_000)));
        refuses(() -> kernels.combine(floats(2, SIZE), halves, floats(2, 1)));
        refuses(() -> kernels.combine(halves, floats(2, SIZE), floats(2, 1)));
        refuses(() -> kernels.matmul(floats(2, 5), halves, floats(5, SIZE), null));
        refuses(() -> kernels.scale(halves, 2));
    }

    @Test
    void anythingOnceClosed() {
        Tensor x = floats(2, SIZE);
        Attention attention = Attention.grouped(2, 1, SIZE / 2);
        KvCache.Layer cache = KvCache.allocate(arena, DType.F16, 1, 4, List.of(attention.cacheShape()))
                .layers()
                .getFirst();
        Batch batch = new Batch(new int[2], new int[] {0, 1}, new int[2], new int[][] {{0}}, new int[0]);
        Tensor out = floats(2, SIZE);
        List<Runnable> operations = List.of(
                () -> kernels.add(x, x),
                () -> kernels.rmsNorm(out, x, null, 1e-5f),
                () -> kernels.matmul(out, x, floats(SIZE, SIZE), null),
                () -> kernels.rope(x, SIZE, new int[2], Rope.plain(SIZE, 10_000)),
                () -> kernels.attention(out, x, cache, batch, attention));
        operations.forEach(Runnable::run);
        kernels.close();
        kernels.close();
        for (Runnable operation : operations) {
            assertThatThrownBy(operation::run).isInstanceOf(IllegalStateException.class);
        }
    }

    /// Callers promise not to, but the strides of one product must never be used for another.
    @Test
    void operationsOfTwoThreadsAtOnce() throws InterruptedException {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int columns : new int[] {16, 512}) {
            Tensor weight = floats(9, columns);
            weight.data().asSlice(0, weight.bytes()).copyFrom(MemorySegment.ofArray(filled(9 * columns)));
            Tensor x = floats(3, columns);
            x.data().copyFrom(MemorySegment.ofArray(filled(3 * columns)));
            Tensor out = floats(3, 9);
            Runnable products = () -> {
                for (int i = 0; i < 500; i++) {
                    kernels.matmul(out, x, weight, null);
                    assertThat(out.data().toArray(ValueLayout.JAVA_FLOAT)).containsOnly(columns);
                }
            };
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
                    .start(products));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    private static float[] filled(int size) {
        float[] ones = new float[size];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void rowsThatAreNotThere() {
        refuses(() -> kernels.embed(floats(1, SIZE), floats(5, SIZE), new int[] {5}));
        refuses(() -> kernels.embed(floats(1, SIZE), floats(5, SIZE), new int[] {-1}));
        refuses(() -> kernels.embed(floats(1, SIZE), floats(5, SIZE), new int[] {1, 2}));
        refuses(() -> kernels.gatherRows(floats(1, SIZE), floats(5, SIZE), new int[] {5}));
    }

    @Test
    void otherNumbersOfElements() {
        Tensor x = floats(2, SIZE);
        refuses(() -> kernels.add(x, floats(2, SIZE - 1)));
        refuses(() -> kernels.gate(x, x, floats(1, SIZE), Activation.SILU));
        refuses(() -> kernels.rmsNorm(x, x, floats(1, SIZE - 1), 1e-5f));
        refuses(() -> kernels.layerNorm(x, x, floats(1, SIZE), floats(1, SIZE + 1), 1e-5f));
        refuses(() -> kernels.combine(x, floats(3, SIZE), floats(2, 2)));
        refuses(() -> kernels.rope(x, SIZE, new int[] {1}, Rope.plain(SIZE, 10_000)));
        refuses(() -> kernels.rope(x, SIZE / 2, new int[] {1, 2}, Rope.plain(SIZE, 10_000)));
        refuses(() -> kernels.rope(x, SIZE - 1, new int[] {1, 2}, Rope.plain(8, 10_000)));
    }

    @Test
    void positionsOutsideOfTheCache() {
        Attention attention = Attention.grouped(2, 1, SIZE);
        KvCache.Layer cache = KvCache.allocate(arena, DType.F16, 3, 4, List.of(attention.cacheShape()))
                .layers()
                .getFirst();
        Tensor query = floats(1, 2 * SIZE);
        Tensor out = floats(1, 2 * SIZE);
        for (int block : new int[] {3, -1, Integer.MAX_VALUE / 4}) {
            Batch batch = new Batch(new int[1], new int[] {6}, new int[1], new int[][] {{0, block}}, new int[0]);
            refuses(() -> kernels.attention(out, query, cache, batch, attention));
        }
        // 3 x 0x55555556 is 2 more than an int can say: a row that is there, but not the rows behind it.
        KvCache.Layer odd = KvCache.allocate(arena, DType.F32, 1, 3, List.of(attention.cacheShape()))
                .layers()
                .getFirst();
        Batch wrapped = new Batch(new int[1], new int[] {1}, new int[1], new int[][] {{0x55555556}}, new int[0]);
        refuses(() -> kernels.attention(out, query, odd, wrapped, attention));
        for (int position : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            Batch nowhere = new Batch(new int[1], new int[] {position}, new int[1], new int[][] {{0, 1}}, new int[0]);
            refuses(() -> kernels.attention(out, query, cache, nowhere, attention));
        }
        Batch beyond = new Batch(new int[1], new int[] {8}, new int[1], new int[][] {{0, 1}}, new int[0]);
        refuses(() -> kernels.attention(out, query, cache, beyond, attention));
        Batch batch = new Batch(new int[1], new int[] {7}, new int[1], new int[][] {{0, 1}}, new int[0]);
        refuses(() -> kernels.attention(floats(1, SIZE), query, cache, batch, attention));
        refuses(() -> kernels.attention(out, query, cache, batch, Attention.grouped(2, 2, SIZE)));
        refuses(() -> kernels.attention(out, query, cache, batch, attention.withSinks(floats(1, 1))));
    }
}
