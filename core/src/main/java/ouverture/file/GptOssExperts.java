package ouverture.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// The experts of gpt-oss, from the layout that they are published in to GGUF's.
///
/// Published: rows of gate and up alternate in one tensor; MXFP4 lies in two, 16 bytes of neighbouring numbers
/// for each 32 of a row and their scales; weights of 16 bits are transposed. GGUF: gate and up apart; each scale
/// stands before its 16 bytes, which pair numbers 16 apart. Source: the published files and OpenAI's
/// `weights.py`.
final class GptOssExperts {
    private static final int BLOCK_BYTES = 16;
    private static final long LOW_NIBBLES = 0x0F0F0F0F0F0F0F0FL;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private GptOssExperts() {}

    /// Makes one expert's matrix in GGUF's layout.
    @FunctionalInterface
    private interface Expert {
        /// @param temporary owns the matrix until its rows are copied
        Tensor matrix(int index, Arena temporary);
    }

    /// Replaces the published tensors by GGUF's.
    ///
    /// @throws ModelFileException if blocks and scales do not belong together or rows are no pairs
    static void assemble(Map<String, Tensor> tensors, Arena arena) {
        for (String name : List.copyOf(tensors.keySet())) {
            String base = name.substring(0, Math.max(0, name.lastIndexOf('.')));
            Tensor tensor = tensors.get(name);
            if (tensor == null || !base.endsWith("_exps")) {
                continue;
            }
            List<Tensor> parts = switch (name.substring(base.length())) {
                case ".bias" -> biases(tensor, arena);
                case ".weight" ->
                    split(
                            name,
                            tensor.planes(),
                            (i, temporary) -> TensorChange.transposed(tensor.plane(i), temporary),
                            arena);
                default -> packed(base, tensors.remove(base + ".blocks"), tensors.remove(base + ".scales"), arena);
            };
            tensors.remove(name);
            for (Tensor part : parts) {
                if (tensors.put(part.name(), part) != null) {
                    throw new ModelFileException("There are two tensors for " + part.name() + ".");
                }
            }
        }
    }

    /// An expert's bias is seen as a matrix of one column.
    private static List<Tensor> biases(Tensor bias, Arena arena) {
        int experts = Math.toIntExact(bias.size() / bias.columns());
        Tensor flat = bias.shaped(experts, bias.columns());
        return split(bias.name(), experts, (i, _) -> flat.rows(i, 1).shaped(bias.columns(), 1), arena).stream()
                .map(part -> part.shaped(experts, part.rows()))
                .toList();
    }

    private static List<Tensor> packed(String base, @Nullable Tensor blocks, @Nullable Tensor scales, Arena arena) {
        boolean fit = blocks != null
                && scales != null
                && blocks.type() == DType.I8
                && scales.type() == DType.I8
                && blocks.columns() == BLOCK_BYTES
                && blocks.rows() == scales.columns()
                && blocks.planes() == (long) scales.planes() * scales.rows();
        if (blocks == null || scales == null || !fit) {
            throw new ModelFileException("The blocks and scales of " + base
                    + " do not belong together: a file is missing or the weights are damaged.");
        }
        return split(base + ".weight", scales.planes(), (i, temporary) -> packed(blocks, scales, i, temporary), arena);
    }

    private static Tensor packed(Tensor blocks, Tensor scales, int expert, Arena temporary) {
        int columns = Math.multiplyExact(scales.columns(), DType.MXFP4.blockElements());
        long count = (long) scales.rows() * scales.columns();
        MemorySegment packed = temporary.allocate(count * DType.MXFP4.blockBytes());
        for (long block = 0; block < count; block++) {
            long from = (expert * count + block) * BLOCK_BYTES;
            long to = block * DType.MXFP4.blockBytes();
            long first = blocks.data().get(LONG, from);
            long second = blocks.data().get(LONG, from + Long.BYTES);
            packed.set(JAVA_BYTE, to, scales.data().get(JAVA_BYTE, expert * count + block));
            packed.set(LONG, to + 1, paired(first, second));
            packed.set(LONG, to + 1 + Long.BYTES, paired(first >>> 32, second >>> 32));
        }
        return Tensor.matrix(blocks.name(), DType.MXFP4, scales.rows(), columns, packed);
    }

    /// Each of the eight lower nibbles of a with its counterpart of b above it.
    private static long paired(long a, long b) {
        return Long.expand(a, LOW_NIBBLES) | Long.expand(b, LOW_NIBBLES) << 4;
    }

    /// The experts' matrices behind each other; those of gate and up as two tensors of every second row.
    private static List<Tensor> split(String name, int experts, Expert expert, Arena arena) {
        List<String> names = name.contains("_gate_up_")
                ? List.of(name.replace("_gate_up_", "_gate_"), name.replace("_gate_up_", "_up_"))
                : List.of(name);
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < experts; i++) {
            try (Arena temporary = Arena.ofConfined()) {
                Tensor matrix = expert.matrix(i, temporary);
                int rows = matrix.rows() / names.size();
                if (rows * names.size() != matrix.rows()) {
                    throw new ModelFileException("Tensor " + Sentences.quoted(name) + " has " + matrix.rows()
                            + " rows, which are not pairs: the weights are damaged.");
                }
                for (int part = 0; i == 0 && part < names.size(); part++) {
                    long bytes = (long) experts * rows * matrix.rowBytes();
                    MemorySegment data = TensorChange.allocate(name, bytes, arena);
                    parts.add(new Tensor(names.get(part), matrix.type(), experts, rows, matrix.columns(), data));
                }
                for (int row = 0; row < matrix.rows(); row++) {
                    MemorySegment to = parts.get(row % names.size()).data();
                    long at = ((long) i * rows + row / names.size()) * matrix.rowBytes();
                    MemorySegment.copy(matrix.data(), row * matrix.rowBytes(), to, at, matrix.rowBytes());
                }
            }
        }
        return parts;
    }
}
