package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// Some rows put together ([Kernels#gatherRows]).
record RowCopy(Tensor result, Tensor x, int[] rows) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.gatherRows(result, x, rows);
    }

    @Override
    public void back(BackwardPass pass) {
        if (rows.length > 0) {
            pass.rows().scatter(pass.gradient(x), pass.gradient(result), rows, 1);
        }
    }

    @Override
    public List<Tensor> needed() {
        return List.of();
    }
}
