package ouverture.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

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
        float[][] rows = inputs(x, x.rows(), in, weight.type());
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

    /// The elements of x as `rows` x `columns`, rounded if a product with such weights rounds them.
    private float[][] inputs(Tensor x, int rows, int columns, DType weight) {
        boolean rounded = options.activations() == KernelsOptions.Activations.Q8
                && weight.blockElements() > 1
                && columns % Q8_BLOCK == 0;
        Tensor shaped = x.shaped(rows, columns);
        float[][] inputs = new float[rows][columns];
        for (int r = 0; r < rows; r++) {
            decodeRow(shaped, r, inputs[r]);
            if (rounded) {
                roundToQ8(inputs[r]);
            }
        }
        return inputs;
    }

    @Override
    public void matmulPerHead(Tensor out, Tensor x, Tensor weight) {
        int heads = weight.planes();
        int outputs = weight.rows();
        float[][] inputs = inputs(x, x.rows() * heads, weight.columns(), weight.type());
        pool.run(heads * outputs, 1, (from, to) -> {
            float[] w = new float[weight.columns()];
            for (int o = from; o < to; o++) {
                decodeRow(weight, o, w);
                for (int r = 0; r < x.rows(); r++) {
                    double sum = dot(inputs[r * heads + o / outputs], 0, w, 0, w.length);
                    set(out, (long) r * heads * outputs + o, sum);
                }
            }
        });
    }

    @Override
    public void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
        int outputs = experts.rows();
        int slots = Math.toIntExact(chosen.size());
        int slotsOfInput = slots / Math.max(1, x.rows());
        float[][] inputs = inputs(x, x.rows(), experts.columns(), experts.type());
        pool.run(slots, 1, (from, to) -> {
            float[] w = new float[experts.columns()];
            for (int s = from; s < to; s++) {
                int expert = chosen.data().getAtIndex(JAVA_INT, s);
                for (int o = 0; o < outputs; o++) {
                    decodeRow(experts, expert * outputs + o, w);
                    double offset = bias == null ? 0 : get(bias, (long) expert * outputs + o);
                    double sum = dot(inputs[s / slotsOfInput], 0, w, 0, w.length);
                    set(out, (long) s * outputs + o, sum + offset);
                }
            }
        });
    }

    @Override
    public void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing) {
        routing.chooseAll(chosen, weights, logits);
    }

    @Override
    public void combine(Tensor out, Tensor x, Tensor weights) {
        int active = weights.columns();
        for (long r = 0; r < out.rows(); r++) {
            for (int c = 0; c < out.columns(); c++) {
                double sum = 0;
                for (int i = 0; i < active; i++) {
                    sum += (double) get(weights, r * active + i) * get(x, (r * active + i) * out.columns() + c);
                }
                set(out, r * out.columns() + c, sum);
            }
        }
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
        cache.store(keys, values, batch, 0, batch.rows());
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
        int first = attention.firstVisible(batch.positions()[r]);
        int length = batch.positions()[r] + 1 - first;
        int[] table = batch.tables()[batch.sequences()[r]];
        float[] q = new float[query.columns()];
        decodeRow(query, r, q);
        float[] row = new float[cache.keys().columns()];
        double[][] weights = new double[attention.heads()][length];
        int group = attention.heads() / attention.kvHeads();
        for (int p = 0; p < length; p++) {
            decodeRow(cache.keys(), cache.slot(table, first + p), row);
            for (int h = 0; h < attention.heads(); h++) {
                double score = attention.scale()
                        * dot(q, h * attention.keySize(), row, h / group * attention.keySize(), attention.keySize());
                weights[h][p] = attention.softcap() == 0 ? score : softcap(score, attention.softcap());
            }
        }
        for (int h = 0; h < attention.heads(); h++) {
            softmax(weights[h], attention.sinks() == null ? Double.NEGATIVE_INFINITY : get(attention.sinks(), h));
        }
        row = new float[cache.values().columns()];
        double[] sum = new double[attention.heads() * attention.valueSize()];
        for (int p = 0; p < length; p++) {
            decodeRow(cache.values(), cache.slot(table, first + p), row);
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

    /// Softmax of the scores and one more, the sink, whose own weight nobody needs.
    private static void softmax(double[] scores, double sink) {
        double max = sink;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double sum = Math.exp(sink - max);
        for (int p = 0; p < scores.length; p++) {
            scores[p] = Math.exp(scores[p] - max);
            sum += scores[p];
        }
        for (int p = 0; p < scores.length; p++) {
            scores[p] /= sum;
        }
    }

    private static double softcap(double x, double cap) {
        return cap * Math.tanh(x / cap);
    }

    @Override
    public void activate(Tensor x, Activation activation) {
        for (long i = 0; i < x.size(); i++) {
            set(x, i, apply(activation, get(x, i)));
        }
    }

    @Override
    public void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {
        boolean clamped = activation == Activation.SWIGLU_CLAMPED;
        for (long i = 0; i < out.size(); i++) {
            double factor = clamped ? Math.clamp(get(up, i), -Activation.CLAMP, Activation.CLAMP) + 1.0 : get(up, i);
            set(out, i, apply(activation, get(gate, i)) * factor);
        }
    }

    private static double apply(Activation activation, double x) {
        return switch (activation) {
            case SILU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case SWIGLU_CLAMPED -> {
                double g = Math.min(x, Activation.CLAMP);
                yield g / (1 + Math.exp(-Activation.STEEPNESS * g));
            }
        };
    }

    @Override
    public void scale(Tensor x, float factor) {
        for (long i = 0; i < x.size(); i++) {
            set(x, i, (double) get(x, i) * factor);
        }
    }

    @Override
    public void softcap(Tensor x, float cap) {
        for (long i = 0; i < x.size(); i++) {
            set(x, i, softcap(get(x, i), cap));
        }
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
    public void run(int count, int grain, WorkerPool.Part part) {
        pool.run(count, grain, part);
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
