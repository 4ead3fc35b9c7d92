package ouverture.model;

import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Where the intermediate results of a step live. [Scratch] gives a layer's memory to the next one; training
/// keeps what the way back needs.
public interface StepMemory {
    /// A step begins: nothing of the one before is needed any more.
    void reset();

    /// A layer begins. What was handed out before the first layer, such as the residual stream, is needed to the
    /// end; what a layer was given, only until the next layer begins.
    ///
    /// @param index from 0 on
    void layer(int index);

    /// A matrix with undefined content.
    Tensor matrix(String name, DType type, int rows, int columns);

    /// An F32 matrix with undefined content.
    default Tensor matrix(String name, int rows, int columns) {
        return matrix(name, DType.F32, rows, columns);
    }
}
