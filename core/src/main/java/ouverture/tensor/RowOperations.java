package ouverture.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Operations of [Kernels] that are rare and cheap enough for every CPU kernel set to share: loops over rows with
/// double accumulation.
final class RowOperations {
    private RowOperations() {}

    static void scaleColumns(Tensor x, Tensor factors) {
        float[] factor = factors.floats(0);
        for (int r = 0; r < x.rows(); r++) {
            float[] row = x.floats(r);
            for (int c = 0; c < row.length; c++) {
                row[c] *= factor[c];
            }
            write(x, r, row);
        }
    }

    static void matchMagnitude(Tensor x, Tensor like) {
        for (int r = 0; r < x.rows(); r++) {
            float[] row = x.floats(r);
            double squares = squares(row, 0);
            if (squares > 0) {
                float[] model = like.floats(r);
                double factor = Math.sqrt(squares(model, 0) / model.length / (squares / row.length));
                for (int c = 0; c < row.length; c++) {
                    row[c] = (float) (row[c] * factor);
                }
                write(x, r, row);
            }
        }
    }

    static void excess(Tensor x, float deviations) {
        for (int r = 0; r < x.rows(); r++) {
            float[] row = x.floats(r);
            double mean = 0;
            for (float v : row) {
                mean += v;
            }
            mean /= row.length;
            double deviation = Math.sqrt(squares(row, mean) / Math.max(1, row.length - 1));
            double least = mean + deviations * deviation;
            for (int c = 0; c < row.length; c++) {
                row[c] = (float) Math.max(0, row[c] - least);
            }
            write(x, r, row);
        }
    }

    private static double squares(float[] row, double center) {
        double sum = 0;
        for (float v : row) {
            sum += (v - center) * (v - center);
        }
        return sum;
    }

    private static void write(Tensor x, int row, float[] values) {
        MemorySegment.copy(values, 0, x.data(), ValueLayout.JAVA_FLOAT, row * x.rowBytes(), values.length);
    }
}
