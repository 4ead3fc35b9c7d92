package ouverture.train.gradient;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// y = x W^T + b: dx = dy W, dW = dy^T x, db = the sum of dy's rows. Cost: twice that of the product, or the same
/// where the weight is not trained; such a weight may be of any format.
record Product(
        Tensor result, Tensor x, Tensor weight, @Nullable Tensor bias) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.matmul(result, x, weight, bias);
    }

    @Override
    public void back(BackwardPass pass) {
        back(pass, pass.gradient(result), x, pass.gradient(x));
    }

    /// Leads back the gradient of some rows.
    void back(BackwardPass pass, Tensor resultGradient, Tensor input, Tensor inputGradient) {
        if (input.rows() == 0) {
            return;
        }
        pass.kernels().matmulInputGradient(inputGradient, resultGradient, weight);
        Tensor weightGradient = pass.parameter(weight);
        if (weightGradient != null) {
            pass.kernels().matmulWeightGradient(weightGradient, resultGradient, input);
        }
        Tensor biasGradient = bias == null ? null : pass.parameter(bias);
        if (biasGradient != null) {
            pass.rows().sumRows(biasGradient, resultGradient);
        }
    }

    @Override
    public long floatingPointOperations(AddressMap parameters) {
        return floatingPointOperations(parameters, weight, x.rows());
    }

    /// Of the products of some rows with a weight: one there, one back to the rows, and one to a weight that is
    /// trained.
    static long floatingPointOperations(AddressMap parameters, Tensor weight, long rows) {
        return (parameters.gradient(weight) == null ? 2L : 3L) * 2 * rows * weight.rows() * weight.columns();
    }

    @Override
    public List<Tensor> needed() {
        return List.of(x);
    }
}
