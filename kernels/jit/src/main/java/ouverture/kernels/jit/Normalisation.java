package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkerPool;

/// Normalisation of every row of a matrix.
final class Normalisation implements AutoCloseable {
    /// What the routines of [Norms] read and write: mean and sum; mean and factor.
    private static final long STATE_BYTES = 4 * Double.BYTES;

    private static final long MEAN = 0;
    private static final long RESULT = Double.BYTES;
    private static final long SECOND_MEAN = 2 * Double.BYTES;
    private static final long FACTOR = 3 * Double.BYTES;

    private final CodeCache code;
    private final WorkerPool pool;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment states;

    Normalisation(CodeCache code, WorkerPool pool) {
        this.code = code;
        this.pool = pool;
        states = arena.allocate(STATE_BYTES * pool.threads(), Double.BYTES);
    }

    /// Normalises rows.
    ///
    /// @param centred whether the mean is taken off
    /// @param weight factors, or null for 1
    /// @param bias null for 0
    /// @param grain rows that one thread should take at least
    void normalise(
            Tensor out,
            Tensor x,
            boolean centred,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            float epsilon,
            int grain) {
        int columns = x.columns();
        Addresses.shape(out, x.rows(), columns);
        long to = Addresses.written(out);
        long from = Addresses.floats(x);
        MemorySegment sum = code.get(new Norms.Moment(false));
        MemorySegment squares = code.get(new Norms.Moment(true));
        MemorySegment normalised = code.get(new Norms.Normalised(weight != null, bias != null));
        // Arrays that are not used may be any as long as a row.
        long factors = weight == null ? from : Addresses.vector(weight, columns);
        long offsets = bias == null ? from : Addresses.vector(bias, columns);
        pool.run(x.rows(), grain, (worker, first, end) -> {
            long state = worker * STATE_BYTES;
            long address = states.address() + state;
            for (int r = first; r < end; r++) {
                long row = from + r * x.rowBytes();
                double mean = 0;
                if (centred) {
                    NativeCalls.call(sum, row, columns, address, 0, 0, 0);
                    mean = states.get(JAVA_DOUBLE, state + RESULT) / columns;
                }
                states.set(JAVA_DOUBLE, state + MEAN, mean);
                states.set(JAVA_DOUBLE, state + SECOND_MEAN, mean);
                NativeCalls.call(squares, row, columns, address, 0, 0, 0);
                double variance = states.get(JAVA_DOUBLE, state + RESULT) / columns;
                states.set(JAVA_DOUBLE, state + FACTOR, 1 / Math.sqrt(variance + epsilon));
                NativeCalls.call(
                        normalised, to + r * out.rowBytes(), row, factors, offsets, columns, address + SECOND_MEAN);
            }
        });
    }

    @Override
    public void close() {
        arena.close();
    }
}
