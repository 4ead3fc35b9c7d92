package ouverture.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The meaning of every kernel, as plain loops with double accumulation: the specification that other kernel
/// sets are tested against, and what serves where nothing faster can.
public final class ScalarKernels implements Kernels {
    /// Their name.
    public static final String NAME = "scalar";

    private static final int Q8_BLOCK = DType.Q8_0.blockElements();

    private final WorkerPool pool;
    private final KernelsOptions options;

    public ScalarKernels(KernelsOptions options) {
        this.options = options;
        this.pool = new WorkerPool(options.threads());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void embed(Tensor out, Tensor table, int[] ids) {
        float[] row = new float[table.columns()];
        for (int r = 0; r < ids.length; r++) {
            decodeRow(table, ids[r], row);
            write(out, r, row);
        }
    }

    @Override
    public void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        int in = weight.columns();
        boolean rounded = options.activations() == KernelsOptions.Activations.Q8
                && weight.type().blockElements() > 1
                && in % Q8_BLOCK == 0;
        float[][] rows = new float[x.rows()][in];
        for (int r = 0; r < rows.length; r++) {
            decodeRow(x, r, rows[r]);
            if (rounded) {
                roundToQ8(rows[r]);
            }
        }
        pool.run(weight.rows(), 1, (from, to) -> {
            float[] w = new float[in];
            for (int o = from; o < to; o++) {
                decodeRow(weight, o, w);
                double offset = bias == null ? 0 : get(bias, o);
                for (int r = 0; r < rows.length; r++) {
                    set(out, (long) r * weight.rows() + o, dot(rows[r], 0, w, 0, in) + offset);
                }
            }
        });
    }

    private static void roundToQ8(float[] x) {
        BlockCodec q8 = BlockCodec.of(DType.Q8_0);
        MemorySegment rounded = MemorySegment.ofArray(new byte[(int) DType.Q8_0.bytes(x.length)]);
        q8.encode(x, 0, rounded, 0, x.length);
        q8.decode(rounded, 0, x, 0, x.length);
    }

    @Override
    public void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon) {
        int n = x.columns();
        float[] row = new float[n];
        for (int r = 0; r < x.rows(); r++) {
            decodeRow(x, r, row);
            double inverse = 1 / Math.sqrt(dot(row, 0, row, 0, n) / n + epsilon);
            for (int c = 0; c < n; c++) {
                set(out, (long) r * n + c, row[c] * inverse * (weight == null ? 1 : get(weight, c)));
            }
        }
    }

    @Override
    public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon) {
        int n = x.columns();
        float[] row = new float[n];
        for (int r = 0; r < x.rows(); r++) {
            decodeRow(x, r, row);
            double mean = 0;
            for (float v : row) {
                mean += v;
            }
            mean /= n;
            double variance = 0;
            for (float v : row) {
                variance += (v - mean) * (v - mean);
            }
            double inverse = 1 / Math.sqrt(variance / n + epsilon);
            for (int c = 0; c < n; c++) {
                set(out, (long) r * n + c, (row[c] - mean) * inverse * get(weight, c) + get(bias, c));
            }
        }
    }

    @Override
    public void rope(Tensor x, int headSize, int[] positions, Rope rope) {
        int half = rope.inverseFrequencies().length;
        for (int r = 0; r < x.rows(); r++) {
            for (int i = 0; i < half; i++) {
                double angle = positions[r] * (double) rope.inverseFrequencies()[i];
                double cos = Math.cos(angle) * rope.magnitude();
                double sin = Math.sin(angle) * rope.magnitude();
                for (int h = 0; h < x.columns() / headSize; h++) {
                    long base = (long) r * x.columns() + (long) h * headSize;
                    long a = base + (rope.interleaved() ? 2L * i : i);
                    long b = rope.interleaved() ? a + 1 : a + half;
                    double xa = get(x, a);
                    double xb = get(x, b);
                    set(x, a, xa * cos - xb * sin);
                    set(x, b, xb * cos + xa * sin);
                }
            }
        }
    }

    @Override
    public void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch) {
        float[] key = new float[cache.keys().columns()];
        float[] value = new float[cache.values().columns()];
        for (int r = 0; r < batch.rows(); r++) {
            int slot = cache.slot(batch.tables()[batch.sequences()[r]], batch.positions()[r]);
            decodeRow(keys, r, key);
            encodeRow(cache.keys(), slot, key);
            decodeRow(values, r, value);
            encodeRow(cache.values(), slot, value);
        }
    }

    @Override
    public void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {
        pool.run(batch.rows(), 1, (from, to) -> {
            for (int r = from; r < to; r++) {
                attendRow(out, query, cache, batch, attention, r);
            }
        });
    }

    private static void attendRow(
            Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention, int r) {
        int length = batch.positions()[r] + 1;
        int[] table = batch.tables()[batch.sequences()[r]];
        float[] q = new float[query.columns()];
        decodeRow(query, r, q);
        float[] row = new float[cache.keys().columns()];
        double[][] weights = new double[attention.heads()][length];
        int group = attention.heads() / attention.kvHeads();
        for (int p = 0; p < length; p++) {
            decodeRow(cache.keys(), cache.slot(table, p), row);
            for (int h = 0; h < attention.heads(); h++) {
                weights[h][p] = attention.scale()
                        * dot(q, h * attention.keySize(), row, h / group * attention.keySize(), attention.keySize());
            }
        }
        for (double[] head : weights) {
            softmax(head);
        }
        row = new float[cache.values().columns()];
        double[] sum = new double[attention.heads() * attention.valueSize()];
        for (int p = 0; p < length; p++) {
            decodeRow(cache.values(), cache.slot(table, p), row);
            for (int h = 0; h < attention.heads(); h++) {
                for (int c = 0; c < attention.valueSize(); c++) {
                    sum[h * attention.valueSize() + c] += weights[h][p] * row[h / group * attention.valueSize() + c];
                }
            }
        }
        for (int c = 0; c < sum.length; c++) {
            set(out, (long) r * sum.length + c, sum[c]);
        }
    }

    private static void softmax(double[] scores) {
        double max = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double sum = 0;
        for (int p = 0; p < scores.length; p++) {
            scores[p] = Math.exp(scores[p] - max);
            sum += scores[p];
        }
        for (int p = 0; p < scores.length; p++) {
            scores[p] /= sum;
        }
    }

    @Override
    public void activate(Tensor x, Activation activation) {
        for (long i = 0; i < x.size(); i++) {
            set(x, i, apply(activation, get(x, i)));
        }
    }

    @Override
    public void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {
        for (long i = 0; i < out.size(); i++) {
            set(out, i, apply(activation, get(gate, i)) * get(up, i));
        }
    }

    private static double apply(Activation activation, double x) {
        return switch (activation) {
            case SILU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        };
    }

    @Override
    public void add(Tensor x, Tensor y) {
        for (long i = 0; i < x.size(); i++) {
            set(x, i, (double) get(x, i) + get(y, i));
        }
    }

    @Override
    public void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize) {
        int blocks = x.columns() / blockSize;
        for (int r = 0; r < x.rows(); r++) {
            for (int b = 0; b < blocks; b++) {
                long source = (long) r * x.columns() + (long) b * blockSize + from;
                long target = (long) r * out.columns() + (long) b * outBlockSize + to;
                MemorySegment.copy(x.data(), 4 * source, out.data(), 4 * target, 4L * count);
            }
        }
    }

    @Override
    public void gatherRows(Tensor out, Tensor x, int[] rows) {
        for (int r = 0; r < rows.length; r++) {
            MemorySegment.copy(x.data(), rows[r] * x.rowBytes(), out.data(), r * out.rowBytes(), x.rowBytes());
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    /// Decodes the first `to.length` columns of a row, as far as the tensor has them; the rest is zero.
    private static void decodeRow(Tensor t, int row, float[] to) {
        int count = Math.min(to.length, t.columns());
        BlockCodec.of(t.type()).decode(t.data(), row * t.rowBytes(), to, 0, count);
    }

    private static void encodeRow(Tensor t, int row, float[] from) {
        BlockCodec.of(t.type()).encode(from, 0, t.data(), row * t.rowBytes(), from.length);
    }

    private static void write(Tensor t, int row, float[] from) {
        MemorySegment.copy(from, 0, t.data(), JAVA_FLOAT, row * t.rowBytes(), from.length);
    }

    private static double dot(float[] a, int aIndex, float[] b, int bIndex, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) a[aIndex + i] * b[bIndex + i];
        }
        return sum;
    }

    private static float get(Tensor t, long i) {
        return t.data().getAtIndex(JAVA_FLOAT, i);
    }

    private static void set(Tensor t, long i, double value) {
        t.data().setAtIndex(JAVA_FLOAT, i, (float) value);
    }
}
