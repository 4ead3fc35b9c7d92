package ouverture.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;

/// Products with weights of several planes: the inputs of a plane are gathered, multiplied with it at once, and
/// the results put where they belong.
final class PlaneMatmul implements AutoCloseable {
    private final Matmul matmul;
    private final WorkMemory inputMemory = new WorkMemory();
    private final WorkMemory outputMemory = new WorkMemory();

    PlaneMatmul(Matmul matmul) {
        this.matmul = matmul;
    }

    /// `out[r][h] = weight[h] x[r][h]`.
    void perHead(Tensor out, Tensor x, Tensor weight, boolean rounded) {
        int[] places = new int[x.rows()];
        for (int h = 0; h < weight.planes(); h++) {
            for (int r = 0; r < places.length; r++) {
                places[r] = r * weight.planes() + h;
            }
            multiply(out, x, places, places, weight.plane(h), null, rounded);
        }
    }

    /// `out[s] = experts[chosen[s]] x[s] + bias[chosen[s]]`, expert by expert.
    void experts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen, boolean rounded) {
        int slots = Math.toIntExact(chosen.size());
        if (slots == 0) {
            return;
        }
        int slotsOfInput = slots / x.rows();
        int[][] slotsOf = Routing.slotsOfExperts(chosen, experts.planes());
        for (int expert = 0; expert < slotsOf.length; expert++) {
            int[] outputs = slotsOf[expert];
            if (outputs.length == 0) {
                continue;
            }
            int[] inputs = Arrays.stream(outputs).map(s -> s / slotsOfInput).toArray();
            Tensor offsets = bias == null
                    ? null
                    : bias.shaped(experts.planes(), experts.rows()).rows(expert, 1);
            multiply(out, x, inputs, outputs, experts.plane(expert), offsets, rounded);
        }
    }

    /// Multiplies the given rows of x, seen as rows of `weight.columns()`, and stores them as the given rows of
    /// `out`.
    private void multiply(
            Tensor out, Tensor x, int[] inputs, int[] outputs, Tensor weight, @Nullable Tensor bias, boolean rounded) {
        int count = inputs.length;
        long inBytes = 4L * weight.columns();
        long outBytes = 4L * weight.rows();
        MemorySegment gathered = inputMemory.segment(count * inBytes);
        MemorySegment results = outputMemory.segment(count * outBytes);
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(x.data(), inputs[i] * inBytes, gathered, i * inBytes, inBytes);
        }
        matmul.multiply(
                Tensor.matrix(out.name(), DType.F32, count, weight.rows(), results),
                Tensor.matrix(x.name(), DType.F32, count, weight.columns(), gathered),
                weight,
                bias,
                rounded);
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(results, i * outBytes, out.data(), outputs[i] * outBytes, outBytes);
        }
    }

    @Override
    public void close() {
        inputMemory.close();
        outputMemory.close();
    }
}
