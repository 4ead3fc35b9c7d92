package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import ouverture.error.ModelFileException;
import ouverture.error.ResourceException;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// The change of one weight by a product of two thin matrices (LoRA, arXiv 2106.09685): W + scale * up down.
///
/// @param name of the weight in GGUF, such as `blk.0.attn_q.weight`
/// @param down F32, in each plane rank x inputs; for the token embedding, tokens x rank
/// @param up F32, in each plane outputs x rank; for the token embedding, its columns x rank
/// @param scale what the product counts, finite
public record LowRankUpdate(String name, Tensor down, Tensor up, float scale) {
    private static final String EMBEDDING = "token_embd.weight";

    /// Columns between the two matrices.
    public int rank() {
        return up.columns();
    }

    /// Whether the weight is a table, of which tokens take a row, and no matrix to multiply with.
    public boolean isEmbedding() {
        return isEmbedding(name);
    }

    /// Whether a weight is the table of token embeddings.
    static boolean isEmbedding(String name) {
        return name.equals(EMBEDDING);
    }

    /// Refuses a change that does not fit the model.
    ///
    /// @param adapter its file, for messages
    /// @throws ModelFileException if the weight is missing or of another shape
    void check(String adapter, ModelFile base) {
        Tensor weight = base.tensors().get(name);
        String model = base.metadata().file();
        if (weight == null) {
            throw new ModelFileException(adapter + " changes " + Sentences.clean(name) + ", which " + model
                    + " does not have: it was made for another model.");
        }
        boolean fits = isEmbedding()
                ? is(down, 1, weight.rows(), rank()) && is(up, 1, weight.columns(), rank())
                : is(down, weight.planes(), rank(), weight.columns()) && is(up, weight.planes(), weight.rows(), rank());
        if (!fits) {
            throw new ModelFileException(adapter + " changes " + Sentences.clean(name) + " by matrices of "
                    + shape(down) + " and " + shape(up) + ", which do not fit the " + shape(weight) + " of " + model
                    + ": it was made for another model, or is damaged.");
        }
        if (!Float.isFinite(scale)) {
            throw new ModelFileException(
                    adapter + " changes " + name + " by a factor of " + scale + ": its settings are damaged.");
        }
    }

    private static boolean is(Tensor tensor, int planes, int rows, int columns) {
        return tensor.planes() == planes && tensor.rows() == rows && tensor.columns() == columns;
    }

    private static String shape(Tensor tensor) {
        return (tensor.planes() == 1 ? "" : tensor.planes() + " x ") + tensor.rows() + " x " + tensor.columns();
    }

    /// A copy in F32 that lives as long as the tensor that views it, and in memory that may be written.
    ///
    /// @param file where it comes from, for messages
    /// @throws ModelFileException if it holds numbers that are none
    /// @throws ouverture.error.UnsupportedModelException if its number format cannot be read
    /// @throws ResourceException if there is no memory for it
    static Tensor copy(String file, Tensor tensor) {
        Tensor copy = zeros(tensor.name(), tensor.planes(), tensor.rows(), tensor.columns());
        BlockCodec codec = BlockCodec.of(tensor.type());
        float[] row = new float[tensor.columns()];
        for (long r = 0; r < (long) tensor.planes() * tensor.rows(); r++) {
            codec.decode(tensor.data(), r * tensor.rowBytes(), row, 0, row.length);
            for (float number : row) {
                if (!Float.isFinite(number)) {
                    throw new ModelFileException(file + ": tensor " + Sentences.quoted(tensor.name())
                            + " holds numbers that are not finite: the file is damaged, or its training failed.");
                }
            }
            MemorySegment.copy(row, 0, copy.data(), ValueLayout.JAVA_FLOAT, r * copy.rowBytes(), row.length);
        }
        return copy;
    }

    /// Zeros in F32 that live as long as the tensor that views them.
    ///
    /// @throws ResourceException if there is no memory for them
    static Tensor zeros(String name, int planes, int rows, int columns) {
        long bytes = DType.F32.bytes((long) planes * rows * columns);
        try {
            MemorySegment data = Arena.ofAuto().allocate(bytes, Long.BYTES);
            return new Tensor(name, DType.F32, planes, rows, columns, data);
        } catch (OutOfMemoryError e) {
            throw new ResourceException(
                    "There is no memory for the adapter's tensor " + Sentences.quoted(name) + " of " + bytes
                            + " bytes: close other models, or raise -XX:MaxDirectMemorySize.",
                    e);
        }
    }
}
