package ouverture.file.quantize;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.ResourceException;
import ouverture.file.GgufWriter;
import ouverture.file.quantize.QuantizationPlan.Step;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkerPool;

/// Carries out a [QuantizationPlan]: reads a tensor piece by piece, rounds, measures what that changed, and
/// writes. Takes a few megabytes, however large the model is; the result does not depend on the number of
/// threads.
public final class Quantizer implements AutoCloseable {
    /// Numbers that a thread takes at a time: whole blocks of every format, small enough for the cache.
    private static final int PIECE = 1 << 14;

    /// Pieces of each thread between two writes.
    private static final int PIECES = 32;

    /// Looks on while the work goes on.
    @FunctionalInterface
    public interface Progress {
        /// @param tensor number of the tensor that is being written, from 0
        /// @param bytes of tensors read so far, of all that the plan names
        /// @return whether to go on
        boolean goesOn(int tensor, long bytes);
    }

    /// What rounding a tensor did.
    ///
    /// @param squaredError sum of the squares of all differences
    /// @param squares sum of the squares of all numbers
    public record Change(Step step, double squaredError, double squares) {}

    private final Arena arena = Arena.ofShared();
    private final WorkerPool workers;
    private final MemorySegment written;
    private final float[][] numbers;
    private final float[][] rounded;
    private final double[] squaredErrors;
    private final double[] squares;

    /// @param threads that compute, the caller's included
    public Quantizer(int threads) {
        int pieces = PIECES * threads;
        workers = new WorkerPool(threads);
        written = arena.allocate((long) pieces * PIECE * Float.BYTES, Long.BYTES);
        numbers = new float[threads][PIECE];
        rounded = new float[threads][PIECE];
        squaredErrors = new double[pieces];
        squares = new double[pieces];
    }

    /// Writes all tensors of a plan.
    ///
    /// @param out begun with the plan's header; left to the caller to end
    /// @return one change for each tensor, or nothing if `progress` stopped the work
    /// @throws ModelFileException if a tensor holds numbers that are not finite, or too large for its new format
    /// @throws ResourceException if the file cannot be written
    public Optional<List<Change>> run(QuantizationPlan plan, GgufWriter out, Progress progress) {
        List<Change> changes = new ArrayList<>();
        long bytesBefore = 0;
        for (Step step : plan.steps()) {
            Change change = new Change(step, 0, 0);
            int chunk = squares.length * PIECE;
            for (long from = 0; from < step.tensor().size(); from += chunk) {
                if (!progress.goesOn(
                        changes.size(), bytesBefore + step.tensor().type().bytes(from))) {
                    return Optional.empty();
                }
                change = write(change, from, (int) Math.min(chunk, step.tensor().size() - from), out);
            }
            changes.add(change);
            bytesBefore += step.tensor().bytes();
        }
        return Optional.of(changes);
    }

    /// Writes the `count` numbers of a tensor from `start` on.
    ///
    /// @param sofar what rounding the numbers before them did
    /// @return what rounding these as well did
    private Change write(Change sofar, long start, int count, GgufWriter out) {
        Step step = sofar.step;
        Tensor tensor = step.tensor();
        if (step.copies()) {
            out.append(tensor.data()
                    .asSlice(tensor.type().bytes(start), tensor.type().bytes(count)));
            return sofar;
        }
        int pieces = Math.ceilDiv(count, PIECE);
        workers.run(pieces, 1, (worker, first, last) -> round(step, worker, start, first, last));
        // Piece by piece, so that the sums do not depend on the threads.
        double squaredError = sofar.squaredError;
        double squareSum = sofar.squares;
        for (int i = 0; i < pieces; i++) {
            squaredError += squaredErrors[i];
            squareSum += squares[i];
        }
        checkFinite(step, squareSum, squaredError);
        out.append(written.asSlice(0, step.to().bytes(count)));
        return new Change(step, squaredError, squareSum);
    }

    /// Rounds the pieces `first` to `last`, exclusive, of the numbers from `start` on.
    private void round(Step step, int worker, long start, int first, int last) {
        Tensor tensor = step.tensor();
        BlockCodec from = BlockCodec.of(tensor.type());
        BlockCodec to = BlockCodec.of(step.to());
        float[] before = numbers[worker];
        float[] after = rounded[worker];
        for (int piece = first; piece < last; piece++) {
            long at = start + (long) piece * PIECE;
            int count = (int) Math.min(PIECE, tensor.size() - at);
            long offset = step.to().bytes((long) piece * PIECE);
            from.decode(tensor.data(), tensor.type().bytes(at), before, 0, count);
            to.encode(before, 0, written, offset, count);
            to.decode(written, offset, after, 0, count);
            double squaredError = 0;
            double squareSum = 0;
            for (int i = 0; i < count; i++) {
                double difference = (double) after[i] - before[i];
                squaredError += difference * difference;
                squareSum += (double) before[i] * before[i];
            }
            squaredErrors[piece] = squaredError;
            squares[piece] = squareSum;
        }
    }

    private static void checkFinite(Step step, double squares, double squaredError) {
        if (!Double.isFinite(squares)) {
            throw new ModelFileException("Tensor " + step.tensor().name()
                    + " holds numbers that are not finite: the file is damaged, or its training failed.");
        }
        if (!Double.isFinite(squaredError)) {
            throw new ModelFileException("Tensor " + step.tensor().name() + " holds numbers too large for " + step.to()
                    + ": take BF16 or F32.");
        }
    }

    @Override
    public void close() {
        workers.close();
        arena.close();
    }
}
