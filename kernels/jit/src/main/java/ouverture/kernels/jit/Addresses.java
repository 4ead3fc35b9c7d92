package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Addresses for machine code, which checks nothing: here it is made sure, always and not only with assertions
/// on, that what it will touch is there.
final class Addresses {
    private Addresses() {}

    /// Where a tensor of any format begins that is read.
    ///
    /// @throws IllegalArgumentException if its memory is smaller than it says, given back, or on the heap, or if it
    ///     has no columns
    /// @throws ArithmeticException if it has more bytes than a `long` can say
    static long of(Tensor tensor) {
        DType type = tensor.type();
        boolean whole = tensor.columns() > 0 && tensor.columns() % type.blockElements() == 0;
        if (!whole || tensor.planes() < 1 || tensor.rows() < 0) {
            throw new IllegalArgumentException("machine code cannot use " + tensor);
        }
        long rows = (long) tensor.planes() * tensor.rows();
        return of(tensor.data(), Math.multiplyExact(rows, tensor.rowBytes()));
    }

    /// Where `bytes` bytes begin; throws as the other.
    static long of(MemorySegment memory, long bytes) {
        boolean there = memory.isNative() && memory.scope().isAlive();
        if (!there || bytes < 0 || memory.byteSize() < bytes) {
            throw new IllegalArgumentException("machine code cannot use " + bytes + " bytes of " + memory);
        }
        return memory.address();
    }

    /// Where a tensor of floats begins that is read; throws as [#of] and if it has another format.
    static long floats(Tensor tensor) {
        if (tensor.type() != DType.F32) {
            throw new IllegalArgumentException(tensor + " where floats are needed");
        }
        return of(tensor);
    }

    /// Where a tensor of floats begins that is written; throws as [#floats] and if its memory is read-only.
    static long written(Tensor tensor) {
        if (tensor.data().isReadOnly()) {
            throw new IllegalArgumentException(tensor + " is read-only");
        }
        return floats(tensor);
    }

    /// Where a vector of `size` floats begins that is read; throws as [#floats] and if it has another size.
    static long vector(Tensor tensor, int size) {
        if (tensor.size() != size) {
            throw new IllegalArgumentException(tensor + " where " + size + " floats are needed");
        }
        return floats(tensor);
    }

    /// Checks that two sizes agree.
    ///
    /// @throws IllegalArgumentException if they differ
    static void same(long actual, long expected, String what) {
        if (actual != expected) {
            throw new IllegalArgumentException(what + ": " + actual + " where " + expected + " are needed");
        }
    }

    /// Checks that a tensor has a shape.
    ///
    /// @throws IllegalArgumentException if it has another
    static void shape(Tensor tensor, long rows, long columns) {
        same(tensor.rows(), rows, "rows of " + tensor.name());
        same(tensor.columns(), columns, "columns of " + tensor.name());
    }

    /// Checks that row `index` exists.
    ///
    /// @throws IndexOutOfBoundsException if not
    static int row(Tensor tensor, int index) {
        return Objects.checkIndex(index, tensor.rows());
    }
}
