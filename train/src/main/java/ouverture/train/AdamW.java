package ouverture.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;
import ouverture.train.gradient.Parameter;

/// Adam with decoupled weight decay (arXiv 1711.05101), in F32. Matrices decay, offsets and factors
/// do not. No result depends on
/// the number of threads.
///
/// Memory: two numbers for each parameter.
public final class AdamW {
    /// Elements that are worked on, and whose squares are summed up, at once.
    private static final int CHUNK = 1 << 16;

    private final List<Parameter> parameters;
    private final List<Tensor> means;
    private final List<Tensor> squares;
    private final Settings settings;
    private final Kernels kernels;

    /// @param meanDecay how much of the gradients' running mean each step keeps, 0 to 1
    /// @param squareDecay the same for the mean of their squares
    /// @param weightDecay share of a weight that a step at learning rate 1 takes off
    /// @param epsilon added to the root of the mean square
    public record Settings(double meanDecay, double squareDecay, double weightDecay, double epsilon) {
        /// What most recipes use for language models.
        public static final Settings USUAL = new Settings(0.9, 0.95, 0.01, 1e-8);
    }

    /// @param kernels whose threads work
    public AdamW(ParameterSet parameters, Settings settings, Kernels kernels) {
        this.parameters = parameters.all();
        this.settings = settings;
        this.kernels = kernels;
        means = parameters.zeros();
        squares = parameters.zeros();
    }

    /// The running means of the gradients, in the order of the parameters.
    List<Tensor> means() {
        return means;
    }

    /// The running means of the gradients' squares.
    List<Tensor> squares() {
        return squares;
    }

    /// A part of a tensor.
    @FunctionalInterface
    private interface Part {
        void run(int chunk, long from, long to);
    }

    private void each(Tensor tensor, Part part) {
        int chunks = Math.toIntExact(Math.ceilDiv(tensor.size(), CHUNK));
        kernels.run(chunks, 1, (first, last) -> {
            for (int c = first; c < last; c++) {
                part.run(c, (long) c * CHUNK, Math.min(tensor.size(), (c + 1L) * CHUNK));
            }
        });
    }

    /// The length of all gradients as one vector.
    public double gradientNorm() {
        double sum = 0;
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            double[] sums = new double[Math.toIntExact(Math.ceilDiv(gradient.size(), CHUNK))];
            each(gradient, (chunk, from, to) -> {
                double squares = 0;
                for (long i = from; i < to; i++) {
                    double g = gradient.data().getAtIndex(JAVA_FLOAT, i);
                    squares += g * g;
                }
                sums[chunk] = squares;
            });
            for (double part : sums) {
                sum += part;
            }
        }
        return Math.sqrt(sum);
    }

    /// Changes the parameters by their gradients, and sets these to zero.
    ///
    /// @param step from 1 on
    /// @param rate learning rate
    /// @param factor on the gradients
    public void step(long step, double rate, double factor) {
        double meanCorrection = 1 - StrictMath.pow(settings.meanDecay, (double) step);
        double squareCorrection = Math.sqrt(1 - StrictMath.pow(settings.squareDecay, (double) step));
        for (int p = 0; p < parameters.size(); p++) {
            Parameter parameter = parameters.get(p);
            boolean decays =
                    parameter.value().rows() > 1 && !parameter.value().name().endsWith(".bias");
            Update update = new Update(
                    parameter.value().data(),
                    parameter.gradient().data(),
                    means.get(p).data(),
                    squares.get(p).data(),
                    (float) factor,
                    (float) (rate * squareCorrection / meanCorrection),
                    (float) (settings.epsilon * squareCorrection),
                    (float) (1 - (decays ? rate * settings.weightDecay : 0)));
            each(parameter.value(), (_, from, to) -> update.run(from, to, settings));
        }
    }

    /// One parameter's change.
    ///
    /// @param factor on the gradient
    /// @param rate learning rate with the corrections of both means
    /// @param kept share of the value that decay leaves
    private record Update(
            MemorySegment values,
            MemorySegment gradients,
            MemorySegment means,
            MemorySegment squares,
            float factor,
            float rate,
            float epsilon,
            float kept) {
        void run(long from, long to, Settings settings) {
            float meanDecay = (float) settings.meanDecay;
            float meanRest = (float) (1 - settings.meanDecay);
            float squareDecay = (float) settings.squareDecay;
            float squareRest = (float) (1 - settings.squareDecay);
            for (long i = from; i < to; i++) {
                float gradient = gradients.getAtIndex(JAVA_FLOAT, i) * factor;
                float mean = meanDecay * means.getAtIndex(JAVA_FLOAT, i) + meanRest * gradient;
                float square = squareDecay * squares.getAtIndex(JAVA_FLOAT, i) + squareRest * gradient * gradient;
                float change = rate * mean / ((float) Math.sqrt(square) + epsilon);
                means.setAtIndex(JAVA_FLOAT, i, mean);
                squares.setAtIndex(JAVA_FLOAT, i, square);
                values.setAtIndex(JAVA_FLOAT, i, kept * values.getAtIndex(JAVA_FLOAT, i) - change);
                gradients.setAtIndex(JAVA_FLOAT, i, 0);
            }
        }
    }
}
