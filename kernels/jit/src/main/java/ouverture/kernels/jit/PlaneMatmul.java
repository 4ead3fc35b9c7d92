package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;

/// Products with weights of several planes.
final class PlaneMatmul implements AutoCloseable {
    private final Matmul matmul;
    private final IntegerMatmul integers;
    private final WorkMemory inputMemory = new WorkMemory();
    private final WorkMemory outputMemory = new WorkMemory();

    PlaneMatmul(Matmul matmul, IntegerMatmul integers) {
        this.matmul = matmul;
        this.integers = integers;
    }

    /// `out[r][h] = weight[h] x[r][h]`.
    void perHead(Tensor out, Tensor x, Tensor weight, boolean rounded) {
        if (rounded && integers.serves(weight)) {
            integers.perHead(out, x, weight);
            return;
        }
        checkHeads(out, x, weight);
        int heads = weight.planes();
        int inputs = weight.columns();
        int outputs = weight.rows();
        for (int h = 0; h < heads && x.rows() > 0; h++) {
            MemorySegment results = out.data().asSlice(4L * h * outputs);
            MemorySegment operands = x.data().asSlice(4L * h * inputs);
            matmul.multiply(
                    new Matmul.Rows(results, x.rows(), outputs, out.rowBytes()),
                    new Matmul.Rows(operands, x.rows(), inputs, x.rowBytes()),
                    weight.plane(h),
                    null,
                    rounded);
        }
    }

    /// Makes sure that operands fit and that inputs and outputs are there.
    static void checkHeads(Tensor out, Tensor x, Tensor weight) {
        Addresses.shape(x, x.rows(), (long) weight.planes() * weight.columns());
        Addresses.shape(out, x.rows(), (long) weight.planes() * weight.rows());
        Addresses.floats(x);
        Addresses.written(out);
    }

    /// `out[s] = experts[chosen[s]] x[s] + bias[chosen[s]]`, expert by expert: its inputs are gathered,
    /// multiplied at once, and the results put where they belong.
    void experts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen, boolean rounded) {
        if (rounded && integers.serves(experts)) {
            integers.experts(out, x, experts, bias, chosen);
            return;
        }
        int slotsOfInput = slotsOfInput(out, x, experts, chosen);
        int[][] slotsOf = Routing.slotsOfExperts(chosen, experts.planes());
        for (int expert = 0; expert < slotsOf.length; expert++) {
            int[] outputs = slotsOf[expert];
            if (outputs.length == 0) {
                continue;
            }
            Tensor offsets = bias == null
                    ? null
                    : bias.shaped(experts.planes(), experts.rows()).rows(expert, 1);
            multiply(out, x, outputs, slotsOfInput, experts.plane(expert), offsets, rounded);
        }
    }

    /// Makes sure that operands fit and that inputs and outputs are there.
    ///
    /// @return slots that share a row of inputs
    static int slotsOfInput(Tensor out, Tensor x, Tensor experts, Tensor chosen) {
        int slots = Math.toIntExact(chosen.size());
        Addresses.shape(out, slots, experts.rows());
        Addresses.shape(x, x.rows(), experts.columns());
        Addresses.floats(x);
        Addresses.written(out);
        Addresses.of(chosen);
        int slotsOfInput = slots / Math.max(1, x.rows());
        Addresses.same((long) x.rows() * slotsOfInput, slots, "slots of " + x.name());
        return slotsOfInput;
    }

    /// @param slots rows of `out`; a row of x serves `slotsOfInput` of them
    private void multiply(
            Tensor out,
            Tensor x,
            int[] slots,
            int slotsOfInput,
            Tensor weight,
            @Nullable Tensor bias,
            boolean rounded) {
        long inBytes = x.rowBytes();
        long outBytes = out.rowBytes();
        MemorySegment inputs = inputMemory.segment(slots.length * inBytes);
        MemorySegment results = outputMemory.segment(slots.length * outBytes);
        for (int i = 0; i < slots.length; i++) {
            MemorySegment.copy(x.data(), slots[i] / slotsOfInput * inBytes, inputs, i * inBytes, inBytes);
        }
        matmul.multiply(
                new Matmul.Rows(results, slots.length, weight.rows(), outBytes),
                new Matmul.Rows(inputs, slots.length, weight.columns(), inBytes),
                weight,
                bias,
                rounded);
        for (int i = 0; i < slots.length; i++) {
            MemorySegment.copy(results, i * outBytes, out.data(), slots[i] * outBytes, outBytes);
        }
    }

    @Override
    public void close() {
        inputMemory.close();
        outputMemory.close();
    }
}
