package ouverture.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import ouverture.error.ResourceException;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// The matrices of latent attention that are absorbed into query and output (arXiv 2405.04434, appendix C), so
/// that heads attend to the latent itself.
///
/// @param key for each head, latent x key elements: a head's query becomes one for the latent
/// @param value for each head, value elements x latent: what a head read from the latents becomes its values
public record LatentProjections(Tensor key, Tensor value) {
    /// The projections of one block, in either of the layouts that files have: `attn_k_b` and `attn_v_b`, used as
    /// they are, or `attn_kv_b`, whose rows are the key elements and then the value elements of each head. The
    /// latter is copied, its keys transposed and therefore in a format without blocks.
    ///
    /// @param heads attention heads
    /// @param keySize elements of a head's key that are not rotated
    /// @param valueSize elements of a head's value
    /// @param latent elements of the latent
    /// @throws ouverture.error.ModelFileException if tensors are missing or have other shapes
    /// @throws ResourceException if there is no memory for a copy
    public static LatentProjections of(Weights block, int heads, int keySize, int valueSize, int latent) {
        if (!block.has("attn_kv_b.weight")) {
            return new LatentProjections(
                    block.planes("attn_k_b.weight", heads, latent, keySize),
                    block.planes("attn_v_b.weight", heads, valueSize, latent));
        }
        Tensor both = block.matrix("attn_kv_b.weight", heads * (keySize + valueSize), latent);
        return new LatentProjections(keys(both, heads, keySize, valueSize), values(both, heads, keySize, valueSize));
    }

    private static Tensor keys(Tensor both, int heads, int keySize, int valueSize) {
        int latent = both.columns();
        BlockCodec codec = BlockCodec.of(both.type());
        DType type = both.type().blockElements() == 1 ? both.type() : DType.F32;
        BlockCodec target = BlockCodec.of(type);
        MemorySegment copy = allocate(both, type.bytes((long) heads * latent * keySize));
        float[] head = new float[keySize * latent];
        float[] turned = new float[keySize * latent];
        for (int h = 0; h < heads; h++) {
            codec.decode(both.data(), h * (keySize + valueSize) * both.rowBytes(), head, 0, head.length);
            for (int k = 0; k < keySize; k++) {
                for (int c = 0; c < latent; c++) {
                    turned[c * keySize + k] = head[k * latent + c];
                }
            }
            target.encode(turned, 0, copy, h * type.bytes(turned.length), turned.length);
        }
        return new Tensor(both.name(), type, heads, latent, keySize, copy);
    }

    private static Tensor values(Tensor both, int heads, int keySize, int valueSize) {
        long headBytes = valueSize * both.rowBytes();
        MemorySegment copy = allocate(both, heads * headBytes);
        for (int h = 0; h < heads; h++) {
            long from = ((long) h * (keySize + valueSize) + keySize) * both.rowBytes();
            MemorySegment.copy(both.data(), from, copy, h * headBytes, headBytes);
        }
        return new Tensor(both.name(), both.type(), heads, valueSize, both.columns(), copy);
    }

    /// Memory that lives as long as the tensor that views it.
    private static MemorySegment allocate(Tensor of, long bytes) {
        try {
            return Arena.ofAuto().allocate(bytes, Long.BYTES);
        } catch (OutOfMemoryError e) {
            throw new ResourceException(
                    "There is no memory to split the tensor " + of.name() + " (" + bytes
                            + " bytes): convert the model again with a current converter, which splits it.",
                    e);
        }
    }
}
