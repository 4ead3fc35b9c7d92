package ouverture.train.gradient;

import org.jspecify.annotations.Nullable;
import ouverture.model.Scratch;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// The way back through a forward pass: where the gradients are, and what computes them.
///
/// @param kernels for products
/// @param rows for everything else
/// @param tape where the gradients of intermediate results are
/// @param parameters the gradients of what is trained
/// @param temporary memory of one operation's way back
/// @param balance factor on the load-balance loss of each mixture
record BackwardPass(Kernels kernels, Rows rows, Tape tape, AddressMap parameters, Scratch temporary, double balance) {

    /// The gradient of an intermediate result or of a part of one.
    Tensor gradient(Tensor tensor) {
        return tape.gradient(tensor);
    }

    /// The gradient of a weight, null if it is not trained.
    @Nullable
    Tensor parameter(Tensor weight) {
        return parameters.gradient(weight);
    }

    /// A matrix of zeros that lasts until the operation ends.
    Tensor zeros(int count, int columns) {
        Tensor matrix = temporary(count, columns);
        rows.clear(matrix);
        return matrix;
    }

    /// A matrix of undefined content that lasts until the operation ends.
    Tensor temporary(int count, int columns) {
        return temporary.matrix("temporary", count, columns);
    }

    /// Leads back one operation.
    void back(Operation operation) {
        temporary.reset();
        operation.back(this);
    }
}
