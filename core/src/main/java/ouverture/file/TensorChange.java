package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import ouverture.error.ModelFileException;
import ouverture.error.ResourceException;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// What happens to a tensor of a Hugging Face file on its way to GGUF's conventions. Changed tensors are copies
/// in the arena of the file; every number keeps its value, but for [#plusOne].
@FunctionalInterface
interface TensorChange {
    /// Rows of the largest matrix that is turned: far more than any model has.
    int MOST_TRANSPOSED = 1 << 22;

    int TRANSPOSED_AT_ONCE = 16;

    /// The tensor as it is; every other change copies it.
    TensorChange NONE = (tensor, _, _) -> tensor;

    /// Rows and columns exchanged: [#transpose].
    TensorChange TRANSPOSE = TensorChange::transpose;

    /// Whether outputs of a matrix stay in their order.
    default boolean keepsOutputs() {
        return equals(NONE) || equals(TRANSPOSE);
    }

    /// The changed tensor.
    ///
    /// @param metadata of the model, in GGUF's keys
    /// @param arena where a copy may live
    /// @throws ModelFileException if the shape does not fit the model
    /// @throws ResourceException if there is no memory for a copy
    Tensor apply(Tensor tensor, Metadata metadata, Arena arena);

    /// Rows of a query projection in the order of interleaved rotary pairs.
    static Tensor interleaveQuery(Tensor tensor, Metadata metadata, Arena arena) {
        return interleave(tensor, metadata.integer("attention.head_count"), arena);
    }

    /// Rows of a key projection in the order of interleaved rotary pairs.
    static Tensor interleaveKey(Tensor tensor, Metadata metadata, Arena arena) {
        return interleave(tensor, metadata.integer("attention.head_count_kv"), arena);
    }

    /// Hugging Face's Llama rotates element i of a head with i + half; GGUF's rotates neighbours, so rows i and
    /// i + half of each head become rows 2i and 2i + 1. A bias counts as a column.
    private static Tensor interleave(Tensor tensor, int heads, Arena arena) {
        checkMatrix(tensor);
        boolean vector = tensor.rows() == 1;
        int rows = vector ? tensor.columns() : tensor.rows();
        long rowBytes = vector ? tensor.type().bytes(1) : tensor.rowBytes();
        if (heads < 1 || rows % (2L * heads) != 0) {
            throw new ModelFileException("Tensor " + Sentences.quoted(tensor.name()) + " has " + rows
                    + " rows, which are not pairs in each of " + heads
                    + " heads: weights and config.json do not match.");
        }
        int headSize = rows / heads;
        int half = headSize / 2;
        MemorySegment copy = allocate(tensor.name(), tensor.bytes(), arena);
        for (int to = 0; to < rows; to++) {
            int inHead = to % headSize;
            int from = to - inHead + inHead / 2 + inHead % 2 * half;
            MemorySegment.copy(tensor.data(), from * rowBytes, copy, to * rowBytes, rowBytes);
        }
        return new Tensor(tensor.name(), tensor.type(), 1, tensor.rows(), tensor.columns(), copy);
    }

    /// Rows and columns exchanged, as GPT-2's layers need, which hold [inputs, outputs]; a vector stays as it is.
    static Tensor transpose(Tensor tensor, Metadata metadata, Arena arena) {
        checkMatrix(tensor);
        return tensor.rows() == 1 ? tensor : transposed(tensor, arena);
    }

    /// Rows and columns of a matrix exchanged.
    static Tensor transposed(Tensor tensor, Arena arena) {
        int bytesEach = (int) tensor.type().bytes(1);
        int rows = tensor.rows();
        int columns = tensor.columns();
        MemorySegment copy = allocate(tensor.name(), tensor.bytes(), arena);
        // 16 columns at a time become 16 rows: short runs are read, whole rows written
        byte[] run = new byte[TRANSPOSED_AT_ONCE * bytesEach];
        if (rows > MOST_TRANSPOSED) {
            throw new ModelFileException("Tensor " + Sentences.quoted(tensor.name()) + " has " + rows
                    + " rows, more than any matrix that needs to be turned: the file is damaged.");
        }
        byte[] turned = new byte[TRANSPOSED_AT_ONCE * bytesEach * rows];
        for (int first = 0; first < columns; first += TRANSPOSED_AT_ONCE) {
            int count = Math.min(TRANSPOSED_AT_ONCE, columns - first);
            for (int row = 0; row < rows; row++) {
                long from = row * tensor.rowBytes() + (long) first * bytesEach;
                MemorySegment.copy(tensor.data(), ValueLayout.JAVA_BYTE, from, run, 0, count * bytesEach);
                for (int i = 0; i < count * bytesEach; i++) {
                    turned[(i / bytesEach * rows + row) * bytesEach + i % bytesEach] = run[i];
                }
            }
            long to = (long) first * rows * bytesEach;
            MemorySegment.copy(turned, 0, copy, ValueLayout.JAVA_BYTE, to, count * rows * bytesEach);
        }
        return new Tensor(tensor.name(), tensor.type(), 1, columns, rows, copy);
    }

    /// The tensor, copied if its first byte does not lie where its elements may be read in one piece.
    static Tensor aligned(Tensor tensor, Arena arena) {
        if (tensor.data().address() % tensor.type().bytes(1) == 0) {
            return tensor;
        }
        MemorySegment copy = allocate(tensor.name(), tensor.bytes(), arena);
        copy.copyFrom(tensor.data());
        return new Tensor(tensor.name(), tensor.type(), tensor.planes(), tensor.rows(), tensor.columns(), copy);
    }

    /// The tensor in F32, as GGUF has vectors and biases: a copy if its numbers have 16 bits.
    static Tensor floats(Tensor tensor, Arena arena) {
        if (tensor.type() != DType.F16 && tensor.type() != DType.BF16) {
            return tensor;
        }
        MemorySegment copy = allocate(tensor.name(), DType.F32.bytes(tensor.size()), arena);
        float[] row = new float[tensor.columns()];
        for (long r = 0; r < (long) tensor.planes() * tensor.rows(); r++) {
            BlockCodec.of(tensor.type()).decode(tensor.data(), r * tensor.rowBytes(), row, 0, row.length);
            MemorySegment.copy(row, 0, copy, ValueLayout.JAVA_FLOAT, r * DType.F32.bytes(row.length), row.length);
        }
        return new Tensor(tensor.name(), DType.F32, tensor.planes(), tensor.rows(), tensor.columns(), copy);
    }

    /// A vector of normalisation weights plus 1, in F32: Gemma stores what they differ from 1.
    static Tensor plusOne(Tensor tensor, Metadata metadata, Arena arena) {
        if (tensor.planes() != 1 || tensor.rows() != 1 || tensor.type().blockElements() != 1) {
            throw new ModelFileException(
                    "Tensor " + Sentences.quoted(tensor.name()) + " should be a vector and has more dimensions.");
        }
        float[] weights = new float[tensor.columns()];
        BlockCodec.of(tensor.type()).decode(tensor.data(), 0, weights, 0, weights.length);
        for (int i = 0; i < weights.length; i++) {
            weights[i]++;
        }
        MemorySegment copy = allocate(tensor.name(), DType.F32.bytes(weights.length), arena);
        MemorySegment.copy(weights, 0, copy, ValueLayout.JAVA_FLOAT, 0, weights.length);
        return new Tensor(tensor.name(), DType.F32, 1, 1, weights.length, copy);
    }

    /// Matrices of one shape and format behind each other, such as the experts of a mixture.
    ///
    /// @param planes not empty; each makes its matrix, if it must, in an arena that lives until it is copied
    /// @throws ModelFileException if they differ
    static Tensor stack(String name, List<Function<Arena, Tensor>> planes, Arena arena) {
        Tensor stacked = null;
        for (int i = 0; i < planes.size(); i++) {
            try (Arena temporary = Arena.ofConfined()) {
                Tensor plane = planes.get(i).apply(temporary);
                if (stacked == null) {
                    MemorySegment copy = allocate(name, plane.bytes() * planes.size(), arena);
                    stacked = new Tensor(name, plane.type(), planes.size(), plane.rows(), plane.columns(), copy);
                }
                if (plane.type() != stacked.type()
                        || plane.planes() != 1
                        || plane.rows() != stacked.rows()
                        || plane.columns() != stacked.columns()) {
                    throw new ModelFileException(
                            "The tensors that make up " + name + " should have one shape and format" + " and "
                                    + Sentences.quoted(plane.name()) + " has another.");
                }
                MemorySegment.copy(plane.data(), 0, stacked.data(), i * plane.bytes(), plane.bytes());
            }
        }
        return Objects.requireNonNull(stacked);
    }

    private static void checkMatrix(Tensor tensor) {
        if (tensor.planes() != 1) {
            throw new ModelFileException(
                    "Tensor " + Sentences.quoted(tensor.name()) + " should be a matrix and has more dimensions.");
        }
    }

    /// Memory for a changed tensor.
    ///
    /// @throws ResourceException if there is none
    static MemorySegment allocate(String name, long bytes, Arena arena) {
        try {
            return arena.allocate(bytes, Long.BYTES);
        } catch (OutOfMemoryError e) {
            throw new ResourceException(
                    "There is no memory to rearrange the tensor " + Sentences.quoted(name) + " of " + bytes
                            + " bytes: use a GGUF file of the model, or raise -XX:MaxDirectMemorySize.",
                    e);
        }
    }
}
