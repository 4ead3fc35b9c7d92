package ouverture.train.gradient;

import java.util.List;
import ouverture.file.LowRankUpdate;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// The product with the output matrix, and what adapters change of it. It is computed and led back for some rows
/// at a time ([CrossEntropy]).
///
/// @param product not computed yet
/// @param changes that add scale * up (down x)
record Output(Product product, List<LowRankUpdate> changes) {
    /// Tokens of the vocabulary.
    int vocabulary() {
        return product.weight().rows();
    }

    /// Computes the logits of some rows.
    void run(BackwardPass pass, Tensor logits, Tensor input) {
        Kernels kernels = pass.kernels();
        kernels.matmul(logits, input, product.weight(), product.bias());
        for (LowRankUpdate change : changes) {
            Tensor sum = pass.temporary(logits.rows(), logits.columns());
            kernels.matmul(sum, low(pass, input, change), change.up(), null);
            kernels.add(logits, sum);
        }
    }

    /// scale * down x
    private static Tensor low(BackwardPass pass, Tensor input, LowRankUpdate change) {
        Tensor low = pass.temporary(input.rows(), change.rank());
        pass.kernels().matmul(low, input, change.down(), null);
        pass.kernels().scale(low, change.scale());
        return low;
    }

    /// Leads the gradient of some rows' logits back to their input and the weights.
    void back(BackwardPass pass, Tensor logitGradient, Tensor input, Tensor inputGradient) {
        product.back(pass, logitGradient, input, inputGradient);
        for (LowRankUpdate change : changes) {
            Tensor low = low(pass, input, change);
            Tensor lowGradient = pass.zeros(low.rows(), low.columns());
            new Product(logitGradient, low, change.up(), null).back(pass, logitGradient, low, lowGradient);
            pass.kernels().scale(lowGradient, change.scale());
            new Product(low, input, change.down(), null).back(pass, lowGradient, input, inputGradient);
        }
    }

    /// As [Operation#floatingPointOperations].
    long floatingPointOperations(AddressMap parameters) {
        long rows = product.x().rows();
        long count = product.floatingPointOperations(parameters);
        for (LowRankUpdate change : changes) {
            count += Product.floatingPointOperations(parameters, change.down(), rows)
                    + Product.floatingPointOperations(parameters, change.up(), rows);
        }
        return count;
    }
}
