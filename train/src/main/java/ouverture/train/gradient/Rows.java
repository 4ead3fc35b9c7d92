package ouverture.train.gradient;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkerPool;

/// Work on the rows of F32 matrices, shared among threads such that no result depends on how many there are.
final class Rows {
    /// Numbers below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 13;

    /// Rows that are summed up before their sum is added to that of the others.
    private static final int BLOCK = 64;

    private final Kernels kernels;

    /// @param kernels whose threads work
    Rows(Kernels kernels) {
        this.kernels = kernels;
    }

    /// Runs work on all rows, some at a time.
    ///
    /// @param columns numbers of a row, for a fair share
    void each(int rows, int columns, WorkerPool.Part work) {
        kernels.run(rows, grain(columns), work);
    }

    private static int grain(int columns) {
        return Math.ceilDiv(GRAIN, Math.max(1, columns));
    }

    /// Adds what one row contributes to sums.
    @FunctionalInterface
    interface Contribution {
        void addTo(double[] sums, int row);
    }

    /// Makes the contributions of rows `from` to `to`, which follow each other, with memory of its own.
    @FunctionalInterface
    interface Contributor {
        Contribution begin();
    }

    /// Adds to a vector what all rows contribute to it.
    ///
    /// @param vector F32
    void sum(Tensor vector, int rows, Contributor contributor) {
        int columns = Math.toIntExact(vector.size());
        double[][] sums = new double[Math.ceilDiv(rows, BLOCK)][];
        kernels.run(sums.length, Math.ceilDiv(grain(columns), BLOCK), (from, to) -> {
            Contribution contribution = contributor.begin();
            for (int b = from; b < to; b++) {
                sums[b] = new double[columns];
                for (int r = b * BLOCK; r < Math.min(rows, (b + 1) * BLOCK); r++) {
                    contribution.addTo(sums[b], r);
                }
            }
        });
        double[] total = new double[columns];
        for (double[] sum : sums) {
            for (int c = 0; c < columns; c++) {
                total[c] += sum[c];
            }
        }
        for (int c = 0; c < columns; c++) {
            float old = vector.data().getAtIndex(ValueLayout.JAVA_FLOAT, c);
            vector.data().setAtIndex(ValueLayout.JAVA_FLOAT, c, (float) (old + total[c]));
        }
    }

    /// Adds the sum of all rows of a matrix to a vector.
    void sumRows(Tensor vector, Tensor matrix) {
        sum(vector, matrix.rows(), () -> {
            float[] row = new float[matrix.columns()];
            return (sums, r) -> {
                read(matrix, r, row);
                for (int c = 0; c < row.length; c++) {
                    sums[c] += row[c];
                }
            };
        });
    }

    /// Copies rows together: `out[i] = x[rows[i] / share]`.
    void gather(Tensor out, Tensor x, int[] rows, int share) {
        each(rows.length, out.columns(), (from, to) -> {
            for (int i = from; i < to; i++) {
                MemorySegment.copy(
                        x.data(), rows[i] / share * x.rowBytes(), out.data(), i * out.rowBytes(), out.rowBytes());
            }
        });
    }

    /// Adds rows where they belong: `out[rows[i] / share] += x[i]`; no two go to the same.
    void scatter(Tensor out, Tensor x, int[] rows, int share) {
        each(rows.length, out.columns(), (from, to) -> {
            float[] sum = new float[out.columns()];
            float[] row = new float[out.columns()];
            for (int i = from; i < to; i++) {
                read(x, i, row);
                add(row, out, rows[i] / share, sum);
            }
        });
    }

    /// Adds rows where they belong, in their order, as several may go to one: `out[rows[i]] += x[i]`.
    static void scatterInOrder(Tensor out, Tensor x, int[] rows) {
        float[] sum = new float[out.columns()];
        float[] row = new float[out.columns()];
        for (int i = 0; i < rows.length; i++) {
            read(x, i, row);
            add(row, out, rows[i], sum);
        }
    }

    private static void add(float[] values, Tensor to, int row, float[] sum) {
        read(to, row, sum);
        add(sum, values);
        write(to, row, sum);
    }

    /// Sets all elements to zero.
    void clear(Tensor tensor) {
        Tensor all = tensor.shaped(Math.multiplyExact(tensor.planes(), tensor.rows()), tensor.columns());
        each(all.rows(), all.columns(), (from, to) -> {
            all.data()
                    .asSlice(from * all.rowBytes(), (to - from) * all.rowBytes())
                    .fill((byte) 0);
        });
    }

    /// Copies the row of a one-plane F32 tensor.
    static void read(Tensor tensor, int row, float[] to) {
        MemorySegment.copy(tensor.data(), ValueLayout.JAVA_FLOAT, row * tensor.rowBytes(), to, 0, to.length);
    }

    /// The elements of a vector.
    static float[] vector(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.size())];
        read(tensor, 0, values);
        return values;
    }

    /// Overwrites the row of a one-plane F32 tensor.
    static void write(Tensor tensor, int row, float[] from) {
        MemorySegment.copy(from, 0, tensor.data(), ValueLayout.JAVA_FLOAT, row * tensor.rowBytes(), from.length);
    }

    /// `a += b`.
    static void add(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] += b[i];
        }
    }

    /// Copies all elements of an F32 tensor.
    static void copy(Tensor from, Tensor to) {
        MemorySegment.copy(from.data(), 0, to.data(), 0, from.bytes());
    }

    /// A zeroed array for row sums.
    static void zero(float[] values) {
        Arrays.fill(values, 0);
    }
}
