package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// Rows of a table: each row's gradient goes to the table's row.
record Embedding(Tensor result, Tensor table, int[] ids) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.embed(result, table, ids);
    }

    @Override
    public void back(BackwardPass pass) {
        Tensor gradient = pass.parameter(table);
        if (gradient != null) {
            Rows.scatterInOrder(gradient, pass.gradient(result), ids);
        }
    }

    @Override
    public List<Tensor> needed() {
        return List.of();
    }
}
