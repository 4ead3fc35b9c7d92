package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// Columns of blocks put elsewhere ([Kernels#copyColumns]); each element is written once.
record ColumnCopy(Tensor result, Tensor x, int blockSize, int from, int count, int to, int outBlockSize)
        implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.copyColumns(result, x, blockSize, from, count, to, outBlockSize);
    }

    @Override
    public void back(BackwardPass pass) {
        Tensor towards = pass.gradient(result);
        Tensor inputGradient = pass.gradient(x);
        pass.rows().each(x.rows(), x.columns(), (first, end) -> {
            float[] output = new float[result.columns()];
            float[] sum = new float[x.columns()];
            for (int r = first; r < end; r++) {
                Rows.read(towards, r, output);
                Rows.read(inputGradient, r, sum);
                for (int b = 0; b < x.columns() / blockSize; b++) {
                    for (int c = 0; c < count; c++) {
                        sum[b * blockSize + from + c] += output[b * outBlockSize + to + c];
                    }
                }
                Rows.write(inputGradient, r, sum);
            }
        });
    }

    @Override
    public List<Tensor> needed() {
        return List.of();
    }
}
