package ouverture.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import ouverture.file.GgufWriter.Slot;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.tensor.ZeroedMemory;
import ouverture.train.gradient.Parameter;

/// What is trained, with the gradients, in memory of its own.
public final class ParameterSet implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final List<Parameter> parameters = new ArrayList<>();

    /// Parameters of zeros.
    public ParameterSet(List<Slot> slots) {
        for (Slot slot : slots) {
            parameters.add(new Parameter(zeros(slot), zeros(slot)));
        }
    }

    private Tensor zeros(Slot slot) {
        MemorySegment data = ZeroedMemory.allocate(arena, Math.max(1, slot.bytes()));
        return new Tensor(slot.name(), DType.F32, slot.planes(), slot.rows(), slot.columns(), data);
    }

    /// Tensors of zeros like the parameters, that live as long.
    public List<Tensor> zeros() {
        return parameters.stream()
                .map(Parameter::value)
                .map(value -> zeros(new Slot(value.name(), DType.F32, value.planes(), value.rows(), value.columns())))
                .toList();
    }

    /// All of them, in a fixed order.
    public List<Parameter> all() {
        return parameters;
    }

    /// The parameters by name, as a model takes them.
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.forEach(parameter -> tensors.put(parameter.value().name(), parameter.value()));
        return tensors;
    }

    /// Values to begin with: matrices by the number of their columns, such that sums keep their size, and those
    /// that write to the residual stream smaller by the number of times it is written to (GPT-2); factors 1,
    /// offsets 0.
    ///
    /// @param layers of the network
    public void initialise(long seed, int layers) {
        for (Parameter parameter : parameters) {
            Tensor value = parameter.value();
            String name = value.name();
            if (name.endsWith(".bias") || name.endsWith("sinks.weight")) {
                value.data().fill((byte) 0);
            } else if (name.endsWith("norm.weight")) {
                fill(value, () -> 1);
            } else {
                Random random = new Random(seed ^ Integer.toUnsignedLong(name.hashCode()) << 32);
                double spread = spread(value, layers);
                fill(value, () -> random.nextGaussian() * spread);
            }
        }
    }

    private static double spread(Tensor value, int layers) {
        if (value.name().startsWith("token_embd")) {
            return 0.02;
        }
        boolean writes = value.name().contains("attn_output") || value.name().contains("ffn_down");
        return (writes ? 1 / Math.sqrt(2.0 * layers) : 1) / Math.sqrt(value.columns());
    }

    private static void fill(Tensor tensor, DoubleSupplier numbers) {
        for (long i = 0; i < tensor.size(); i++) {
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) numbers.getAsDouble());
        }
    }

    /// Gives the memory back.
    @Override
    public void close() {
        arena.close();
    }
}
