package ouverture.train.gradient;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ouverture.model.StepMemory;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// The forward operations in double precision, written from their definitions and from no other code: every
/// tensor has a shadow of doubles that is found by its address. Weights may be changed in their shadows, by less
/// than a float can say, which is what central differences need.
final class DoubleKernels implements Kernels, StepMemory {
    private record Shadow(double[] values, int size) {}

    /// A tensor's doubles.
    record View(double[] values, int offset) {
        double at(int i) {
            return values[offset + i];
        }

        void set(int i, double value) {
            values[offset + i] = value;
        }
    }

    private record Stored(double[] keys, double[] values) {}

    private final Arena arena;
    private final Map<Long, Shadow> weights = new HashMap<>();
    private final TreeMap<Long, Shadow> results = new TreeMap<>();
    private final Map<KvCache.Layer, Stored> stored = new IdentityHashMap<>();

    /// The load-balance losses of the mixtures of the last pass, together.
    private double balance;

    DoubleKernels(Arena arena) {
        this.arena = arena;
    }

    double balance() {
        return balance;
    }

    @Override
    public void reset() {
        results.clear();
        balance = 0;
    }

    @Override
    public void layer(int index) {}

    @Override
    public Tensor matrix(String name, DType type, int rows, int columns) {
        Tensor tensor = Tensor.matrix(
                name, type, rows, columns, arena.allocate(Math.max(1, type.bytes((long) rows * columns)), 64));
        int size = rows * columns;
        results.put(tensor.data().address(), new Shadow(new double[size], size));
        return tensor;
    }

    /// The doubles of an intermediate result or a weight.
    View view(Tensor tensor) {
        long address = tensor.data().address();
        Map.Entry<Long, Shadow> result = results.floorEntry(address);
        if (result != null && address - result.getKey() < 4L * result.getValue().size) {
            return new View(result.getValue().values, (int) ((address - result.getKey()) / 4));
        }
        return new View(weight(tensor), 0);
    }

    /// The doubles of a whole weight, to be changed.
    double[] weight(Tensor tensor) {
        return weights.computeIfAbsent(tensor.data().address(), _ -> {
                    int size = Math.toIntExact(tensor.size());
                    float[] floats = new float[size];
                    BlockCodec.of(tensor.type()).decode(tensor.data(), 0, floats, 0, size);
                    double[] doubles = new double[size];
                    for (int i = 0; i < size; i++) {
                        doubles[i] = floats[i];
                    }
                    return new Shadow(doubles, size);
                })
                .values;
    }

    @Override
    public String name() {
        return "double";
    }

    @Override
    public void embed(Tensor out, Tensor table, int[] ids) {
        View to = view(out);
        View from = view(table);
        for (int r = 0; r < ids.length; r++) {
            for (int c = 0; c < out.columns(); c++) {
                to.set(r * out.columns() + c, from.at(ids[r] * out.columns() + c));
            }
        }
    }

    @Override
    public void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        for (int r = 0; r < x.rows(); r++) {
            multiply(out, r, x, r, weight, bias, 0);
        }
    }

    private void multiply(Tensor out, int row, Tensor x, int input, Tensor weight, @Nullable Tensor bias, int expert) {
        View w = view(weight);
        View from = view(x);
        View to = view(out);
        View offsets = bias == null ? w : view(bias);
        int in = weight.columns();
        int outputs = weight.rows();
        for (int o = 0; o < outputs; o++) {
            double sum = bias == null ? 0 : offsets.at(expert * outputs + o);
            for (int i = 0; i < in; i++) {
                sum += from.at(input * in + i) * w.at((expert * outputs + o) * in + i);
            }
            to.set(row * outputs + o, sum);
        }
    }

    @Override
    public void matmulPerHead(Tensor out, Tensor x, Tensor weight) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
        int[] choice = chosen.integers();
        for (int s = 0; s < choice.length; s++) {
            multiply(out, s, x, s / (choice.length / x.rows()), experts, bias, choice[s]);
        }
    }

    @Override
    public void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing) {
        int experts = logits.columns();
        double[] shares = new double[experts];
        double[] means = new double[experts];
        View scores = view(logits);
        View shareOf = view(weights);
        for (int r = 0; r < logits.rows(); r++) {
            double[] probabilities = new double[experts];
            double sum = 0;
            for (int e = 0; e < experts; e++) {
                probabilities[e] = Math.exp(scores.at(r * experts + e));
                sum += probabilities[e];
            }
            boolean[] taken = new boolean[experts];
            double mass = 0;
            int[] best = new int[routing.active()];
            for (int i = 0; i < best.length; i++) {
                best[i] = -1;
                for (int e = 0; e < experts; e++) {
                    if (!taken[e] && (best[i] < 0 || probabilities[e] > probabilities[best[i]])) {
                        best[i] = e;
                    }
                }
                taken[best[i]] = true;
                mass += probabilities[best[i]];
                shares[best[i]] += 1.0 / (logits.rows() * best.length);
            }
            boolean among = routing.normalised() || routing.score() == Routing.Score.SOFTMAX_OF_CHOSEN;
            for (int i = 0; i < best.length; i++) {
                chosen.data().setAtIndex(ValueLayout.JAVA_INT, r * best.length + i, best[i]);
                shareOf.set(r * best.length + i, probabilities[best[i]] / (among ? mass : sum));
            }
            for (int e = 0; e < experts; e++) {
                means[e] += probabilities[e] / sum / logits.rows();
            }
        }
        for (int e = 0; e < experts; e++) {
            balance += experts * shares[e] * means[e];
        }
    }

    @Override
    public void combine(Tensor out, Tensor x, Tensor weights) {
        int active = weights.columns();
        View factors = view(weights);
        View from = view(x);
        View to = view(out);
        for (int r = 0; r < out.rows(); r++) {
            for (int c = 0; c < out.columns(); c++) {
                double sum = 0;
                for (int i = 0; i < active; i++) {
                    sum += factors.at(r * active + i) * from.at((r * active + i) * out.columns() + c);
                }
                to.set(r * out.columns() + c, sum);
            }
        }
    }

    @Override
    public void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon) {
        normalise(out, x, weight, null, epsilon, false);
    }

    @Override
    public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon) {
        normalise(out, x, weight, bias, epsilon, true);
    }

    private void normalise(
            Tensor out, Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, float epsilon, boolean centred) {
        int n = x.columns();
        View from = view(x);
        View to = view(out);
        View factors = weight == null ? from : view(weight);
        View offsets = bias == null ? from : view(bias);
        for (int r = 0; r < x.rows(); r++) {
            double mean = 0;
            for (int c = 0; centred && c < n; c++) {
                mean += from.at(r * n + c) / n;
            }
            double variance = 0;
            for (int c = 0; c < n; c++) {
                variance += Math.pow(from.at(r * n + c) - mean, 2) / n;
            }
            for (int c = 0; c < n; c++) {
                double normal = (from.at(r * n + c) - mean) / Math.sqrt(variance + epsilon);
                double scaled = normal * (weight == null ? 1 : factors.at(c));
                to.set(r * n + c, scaled + (bias == null ? 0 : offsets.at(c)));
            }
        }
    }

    @Override
    public void rope(Tensor x, int headSize, int[] positions, Rope rope) {
        int pairs = rope.inverseFrequencies().length;
        View values = view(x);
        for (int r = 0; r < x.rows(); r++) {
            for (int start = 0; start < x.columns(); start += headSize) {
                for (int i = 0; i < pairs; i++) {
                    int a = r * x.columns() + start + (rope.interleaved() ? 2 * i : i);
                    int b = rope.interleaved() ? a + 1 : a + pairs;
                    double angle = (double) rope.inverseFrequencies()[i] * positions[r];
                    double first = values.at(a) * rope.magnitude();
                    double second = values.at(b) * rope.magnitude();
                    values.set(a, first * Math.cos(angle) - second * Math.sin(angle));
                    values.set(b, first * Math.sin(angle) + second * Math.cos(angle));
                }
            }
        }
    }

    @Override
    public void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch) {
        stored.put(cache, new Stored(copy(keys), copy(values)));
    }

    private double[] copy(Tensor tensor) {
        View view = view(tensor);
        return Arrays.copyOfRange(view.values, view.offset, view.offset + Math.toIntExact(tensor.size()));
    }

    @Override
    public void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {
        Stored store = stored.get(cache);
        int keySize = attention.keySize();
        int valueSize = attention.valueSize();
        View queries = view(query);
        View to = view(out);
        for (int r = 0; r < batch.rows(); r++) {
            for (int h = 0; h < attention.heads(); h++) {
                int kv = h * attention.kvHeads() / attention.heads();
                double[] weights = new double[batch.rows()];
                double sum = attention.sinks() == null
                        ? 0
                        : Math.exp(view(attention.sinks()).at(h));
                for (int s = 0; s <= r; s++) {
                    boolean seen = batch.sequences()[s] == batch.sequences()[r]
                            && (attention.window() == 0
                                    || batch.positions()[r] - batch.positions()[s] < attention.window());
                    double score = 0;
                    for (int c = 0; c < keySize; c++) {
                        score += queries.at((r * attention.heads() + h) * keySize + c)
                                * store.keys[(s * attention.kvHeads() + kv) * keySize + c];
                    }
                    weights[s] = seen ? Math.exp(score * attention.scale()) : 0;
                    sum += weights[s];
                }
                for (int c = 0; c < valueSize; c++) {
                    double value = 0;
                    for (int s = 0; s <= r; s++) {
                        value += weights[s] / sum * store.values[(s * attention.kvHeads() + kv) * valueSize + c];
                    }
                    to.set((r * attention.heads() + h) * valueSize + c, value);
                }
            }
        }
    }

    @Override
    public void activate(Tensor x, Activation activation) {
        View values = view(x);
        for (int i = 0; i < x.size(); i++) {
            values.set(i, activated(values.at(i), activation));
        }
    }

    private static double activated(double x, Activation activation) {
        return switch (activation) {
            case SILU -> x / (1 + Math.exp(-x));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
            case SWIGLU_CLAMPED -> Math.min(x, 7) / (1 + Math.exp(-(double) 1.702f * Math.min(x, 7)));
        };
    }

    @Override
    public void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {
        View from = view(gate);
        View factors = view(up);
        View to = view(out);
        for (int i = 0; i < out.size(); i++) {
            double factor = factors.at(i);
            if (activation == Activation.SWIGLU_CLAMPED) {
                factor = Math.max(-7, Math.min(7, factor)) + 1;
            }
            to.set(i, activated(from.at(i), activation) * factor);
        }
    }

    @Override
    public void add(Tensor x, Tensor y) {
        View values = view(x);
        View others = view(y);
        for (int i = 0; i < x.size(); i++) {
            values.set(i, values.at(i) + others.at(i));
        }
    }

    @Override
    public void scale(Tensor x, float factor) {
        View values = view(x);
        for (int i = 0; i < x.size(); i++) {
            values.set(i, values.at(i) * factor);
        }
    }

    @Override
    public void softcap(Tensor x, float cap) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize) {
        View source = view(x);
        View target = view(out);
        for (int r = 0; r < x.rows(); r++) {
            for (int b = 0; b < x.columns() / blockSize; b++) {
                for (int c = 0; c < count; c++) {
                    double value = source.at(r * x.columns() + b * blockSize + from + c);
                    target.set(r * out.columns() + b * outBlockSize + to + c, value);
                }
            }
        }
    }

    @Override
    public void gatherRows(Tensor out, Tensor x, int[] rows) {
        View from = view(x);
        View to = view(out);
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < x.columns(); c++) {
                to.set(r * x.columns() + c, from.at(rows[r] * x.columns() + c));
            }
        }
    }

    @Override
    public void close() {}

    /// A float tensor with memory of its own.
    static Tensor floats(Arena arena, String name, int planes, int rows, int columns, float[] values) {
        MemorySegment data = arena.allocate(4L * planes * rows * columns, 64);
        MemorySegment.copy(values, 0, data, ValueLayout.JAVA_FLOAT, 0, values.length);
        return new Tensor(name, DType.F32, planes, rows, columns, data);
    }
}
