package ouverture.kernels.vector;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Products with weights of several planes: the inputs of a plane are gathered, multiplied with it at once, and
/// the results put where they belong.
final class PlaneMatmul implements AutoCloseable {
    private final Matmul matmul;
    private final Scratch inputMemory = new Scratch();
    private final Scratch outputMemory = new Scratch();

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
        long[] order = new long[slots];
        for (int s = 0; s < slots; s++) {
            order[s] = (long) chosen.data().getAtIndex(JAVA_INT, s) << 32 | s;
        }
        Arrays.sort(order);
        for (int from = 0, to; from < slots; from = to) {
            int expert = (int) (order[from] >> 32);
            to = from + 1;
            while (to < slots && order[to] >> 32 == expert) {
                to++;
            }
            int[] outputs =
                    Arrays.stream(order, from, to).mapToInt(o -> (int) o).toArray();
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
