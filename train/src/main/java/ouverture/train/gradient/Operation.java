package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// One operation of a forward pass, with its operands: it can be computed again, and its gradient be led back.
///
/// Operations that work in place replace the gradient of what they wrote by that of what they read; the others
/// add to the gradients of their inputs.
interface Operation {
    /// Computes the result; also once more where its memory was used for something else meanwhile.
    void run(Kernels kernels);

    /// Leads the gradient of the result to the inputs and the parameters.
    void back(BackwardPass pass);

    /// Additions and multiplications of its matrix products, there and back, each time once; those of everything
    /// else are few beside them.
    ///
    /// @param parameters tells which weights are trained
    default long floatingPointOperations(AddressMap parameters) {
        return 0;
    }

    /// What it writes.
    Tensor result();

    /// What must still be in memory on the way back.
    List<Tensor> needed();
}
