package ouverture.train.gradient;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ouverture.error.UnsupportedModelException;
import ouverture.model.Scratch;
import ouverture.model.StepMemory;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// The operations of one forward pass, layer by layer, with the memory of their results and of the results'
/// gradients.
///
/// Where layers are recomputed (arXiv 1604.06174), they all use the same memory: only the residual stream before
/// each layer is kept, and a layer's operations run once more before they are led back. Cost: one more forward
/// pass. Memory for each row: layers x width instead of layers x everything that a layer computes.
final class Tape implements StepMemory {
    /// The operations of a layer, or those before the first one.
    ///
    /// @param results what it was given memory for
    /// @param stream what the results from before the first layer held when it began
    private record Segment(
            List<Operation> operations, List<Tensor> results, AddressMap gradients, List<MemorySegment> stream) {
        Segment() {
            this(new ArrayList<>(), new ArrayList<>(), new AddressMap(), new ArrayList<>());
        }
    }

    private final boolean recomputes;
    private final Scratch values;
    private final Scratch gradients;
    private final Scratch streams;
    private final List<Segment> segments = new ArrayList<>();
    private Segment segment = new Segment();

    /// @param recomputes whether layers are recomputed on the way back
    Tape(Arena arena, boolean recomputes) {
        this.recomputes = recomputes;
        values = new Scratch(arena);
        gradients = new Scratch(arena);
        streams = new Scratch(arena);
        reset();
    }

    @Override
    public void reset() {
        values.reset();
        gradients.reset();
        streams.reset();
        segments.clear();
        begin();
    }

    private void begin() {
        segment = new Segment();
        segments.add(segment);
    }

    @Override
    public void layer(int index) {
        begin();
        if (recomputes) {
            values.layer(index);
            gradients.layer(index);
            for (Tensor result : segments.getFirst().results) {
                Tensor copy = streams.matrix("stream", result.type(), result.rows(), result.columns());
                Rows.copy(result, copy);
                segment.stream.add(copy.data());
            }
        }
    }

    @Override
    public Tensor matrix(String name, DType type, int rows, int columns) {
        Tensor result = values.matrix(name, type, rows, columns);
        if (type == DType.F32 && rows > 0) {
            segment.gradients.put(result, gradients.matrix(name, type, rows, columns));
        }
        segment.results.add(result);
        return result;
    }

    /// Memory for a copy of what an operation overwrites; it has no gradient.
    Tensor copyOf(Tensor tensor) {
        return values.matrix(tensor.name(), tensor.rows(), tensor.columns());
    }

    /// Notes an operation.
    ///
    /// @throws UnsupportedModelException if it overwrites what the way back of another one needs
    void add(Operation operation) {
        for (Operation earlier : segment.operations) {
            for (Tensor needed : earlier.needed()) {
                if (overlap(needed, operation.result())) {
                    throw new UnsupportedModelException("This architecture cannot be trained yet: it overwrites "
                            + needed.name() + ", which the gradient of "
                            + earlier.result().name() + " needs.");
                }
            }
        }
        segment.operations.add(operation);
    }

    private static boolean overlap(Tensor a, Tensor b) {
        return a.data().asOverlappingSlice(b.data()).isPresent();
    }

    /// The gradient of an intermediate result or of a part of one.
    Tensor gradient(Tensor tensor) {
        Tensor gradient = segment.gradients.gradient(tensor);
        if (gradient == null) {
            gradient = segments.getFirst().gradients.gradient(tensor);
        }
        return Objects.requireNonNull(gradient, () -> tensor.name() + " has no gradient");
    }

    /// Sets the gradients to zero that the last layer and the residual stream start from.
    ///
    /// @param logits is left out
    void prepare(Rows rows, Tensor logits) {
        clear(rows, segments.getFirst(), logits);
        clear(rows, segments.getLast(), logits);
    }

    private static void clear(Rows rows, Segment segment, @Nullable Tensor logits) {
        for (Tensor result : segment.results) {
            Tensor gradient = result.equals(logits) ? null : segment.gradients.gradient(result);
            if (gradient != null) {
                rows.clear(gradient);
            }
        }
    }

    /// What all operations say of themselves.
    long floatingPointOperations(AddressMap parameters) {
        return segments.stream()
                .flatMap(part -> part.operations.stream())
                .mapToLong(operation -> operation.floatingPointOperations(parameters))
                .sum();
    }

    /// Leads the gradients back from the last layer's results to the parameters.
    void back(Kernels kernels, BackwardPass pass) {
        for (int i = segments.size() - 1; i >= 0; i--) {
            segment = segments.get(i);
            boolean last = i == segments.size() - 1;
            if (!last && i > 0) {
                clear(pass.rows(), segment, null);
            }
            if (recomputes && !last && i > 0) {
                recompute(kernels);
            }
            for (Operation operation : segment.operations.reversed()) {
                pass.back(operation);
            }
        }
    }

    private void recompute(Kernels kernels) {
        List<Tensor> stream = segments.getFirst().results;
        for (int i = 0; i < stream.size(); i++) {
            stream.get(i).data().copyFrom(segment.stream.get(i));
        }
        segment.operations.forEach(operation -> operation.run(kernels));
    }
}
