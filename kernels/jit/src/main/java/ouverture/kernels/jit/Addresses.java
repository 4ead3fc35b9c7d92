package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Addresses for machine code, which checks nothing: here it is made sure, always and not only with assertions
/// on, that what it will touch is there.
final class Addresses {
    private Addresses() {}

    /// Where a tensor begins.
    ///
    /// @throws IllegalArgumentException if its memory is smaller than it says, or on the heap
    static long of(Tensor tensor) {
        return of(tensor.data(), tensor.bytes());
    }

    /// Where `bytes` bytes begin; throws as the other.
    static long of(MemorySegment memory, long bytes) {
        if (!memory.isNative() || memory.byteSize() < bytes) {
            throw new IllegalArgumentException("machine code cannot use " + bytes + " bytes of " + memory);
        }
        return memory.address();
    }

    /// Where a vector of `size` floats begins; throws as the other.
    static long vector(Tensor tensor, int size) {
        if (tensor.size() != size || tensor.type() != DType.F32) {
            throw new IllegalArgumentException(tensor + " where " + size + " floats are needed");
        }
        return of(tensor);
    }

    /// Checks that two sizes agree.
    ///
    /// @throws IllegalArgumentException if they differ
    static void same(int actual, int expected, String what) {
        if (actual != expected) {
            throw new IllegalArgumentException(what + ": " + actual + " where " + expected + " are needed");
        }
    }

    /// Checks that a tensor has a shape; throws as [#of].
    static void shape(Tensor tensor, int rows, int columns) {
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
