package ouverture.tensor;

import static ouverture.tensor.BlockMath.roundedToEven;

import java.util.Arrays;

/// The scales, minimums and quants of one k-quant block while it is being found: number ~ scale * quant - minimum
/// in each part of the block. Follows ggml's quantisers without importance matrix operation by operation, in
/// float, since files are to come out the same to the last bit.
final class KQuantFit {
    private static final int BLOCK = 256;

    /// Numbers below this count as zero.
    private static final float NOTHING = 1e-15f;

    /// How often [#improveScale] goes over the numbers of a part.
    private static final int ROUNDS = 5;

    /// Which scales [#searchWithMinimum] tries: those at which the largest number of a part would be the quant
    /// highest + from, highest + from + step, and so on, `steps` steps.
    ///
    /// @param absolute whether the error is the sum of magnitudes, not of squares
    record Search(float from, float step, int steps, boolean absolute) {}

    private final float[] numbers;
    private final int first;
    private final int length;
    private final int lowest;
    private final int highest;
    private final int[] quants = new int[BLOCK];
    private final float[] scales;
    private final float[] minimums;
    private final float[] weights;
    private final int[] trial;

    /// Of the quants on trial: weighted sums of number * quant and of quant * quant.
    private float products;

    private float squares;

    /// A block of the numbers from index `first` on, in parts of `length`, whose quants are to be `lowest` to
    /// `highest`.
    KQuantFit(float[] numbers, int first, int length, int lowest, int highest) {
        this.numbers = numbers;
        this.first = first;
        this.length = length;
        this.lowest = lowest;
        this.highest = highest;
        scales = new float[BLOCK / length];
        minimums = new float[BLOCK / length];
        weights = new float[length];
        trial = new int[length];
    }

    /// Quant of number i, less the lowest one.
    int stored(int i) {
        return quants[i];
    }

    float scale(int part) {
        return scales[part];
    }

    float minimum(int part) {
        return minimums[part];
    }

    /// The first of the parts' scales that has the largest magnitude.
    float farthestScale() {
        return BlockMath.farthestFromZero(scales, 0, scales.length);
    }

    /// The largest of the parts' scales, at least 0.
    float largestScale() {
        return largest(scales);
    }

    /// The largest of the parts' minimums, at least 0.
    float largestMinimum() {
        return largest(minimums);
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            if (value > largest) {
                largest = value;
            }
        }
        return largest;
    }

    /// Rounds a part's numbers anew with the scale and minimum that its block will say; keeps the quants if the
    /// scale is 0.
    void round(int part, float scale, float minimum) {
        if (scale == 0) {
            return;
        }
        for (int i = part * length; i < (part + 1) * length; i++) {
            int quant = roundedToEven((numbers[first + i] + minimum) / scale);
            quants[i] = Math.clamp(quant, lowest, highest) - lowest;
        }
    }

    /// Finds a part's scale and minimum, with errors weighted by the numbers' magnitudes.
    void searchByMagnitude(int part, Search search) {
        for (int i = 0; i < length; i++) {
            weights[i] = Math.abs(numbers[first + part * length + i]);
        }
        searchWithMinimum(part, search);
    }

    /// Finds a part's scale and minimum, with errors weighted by the numbers' magnitudes plus their quadratic
    /// mean.
    void searchBySpread(int part, Search search) {
        int at = first + part * length;
        float squareSum = 0;
        for (int i = 0; i < length; i++) {
            squareSum += numbers[at + i] * numbers[at + i];
        }
        float spread = (float) Math.sqrt(squareSum / length);
        for (int i = 0; i < length; i++) {
            weights[i] = spread + Math.abs(numbers[at + i]);
        }
        searchWithMinimum(part, search);
    }

    /// For each scale tried, rounds the numbers, finds the best scale and offset for these quants (linear
    /// regression) and keeps them if the error falls. The offset, which is -minimum, never exceeds 0.
    private void searchWithMinimum(int part, Search search) {
        int at = first + part * length;
        float offset = numbers[at];
        float largest = numbers[at];
        float weightSum = weights[0];
        float numberSum = weights[0] * numbers[at];
        for (int i = 1; i < length; i++) {
            float number = numbers[at + i];
            offset = number < offset ? number : offset;
            largest = number > largest ? number : largest;
            weightSum += weights[i];
            numberSum += weights[i] * number;
        }
        offset = offset > 0 ? 0 : offset;
        minimums[part] = -offset;
        scales[part] = 0;
        if (largest == offset) {
            Arrays.fill(quants, part * length, (part + 1) * length, 0);
            return;
        }
        float inverse = highest / (largest - offset);
        float scale = 1 / inverse;
        tryQuants(at, inverse, offset);
        float best = error(at, scale, offset, search.absolute);
        System.arraycopy(trial, 0, quants, part * length, length);
        for (int step = 0; step <= search.steps; step++) {
            inverse = (search.from + search.step * step + highest) / (largest - offset);
            tryQuants(at, inverse, offset);
            float quantSum = 0;
            float squareSum = 0;
            float productSum = 0;
            for (int i = 0; i < length; i++) {
                float weighted = weights[i] * trial[i];
                quantSum += weighted;
                squareSum += weighted * trial[i];
                productSum += weighted * numbers[at + i];
            }
            float determinant = weightSum * squareSum - quantSum * quantSum;
            if (determinant > 0) {
                float newScale = (weightSum * productSum - numberSum * quantSum) / determinant;
                float newOffset = (squareSum * numberSum - quantSum * productSum) / determinant;
                if (newOffset > 0) {
                    newOffset = 0;
                    newScale = productSum / squareSum;
                }
                float error = error(at, newScale, newOffset, search.absolute);
                if (error < best) {
                    System.arraycopy(trial, 0, quants, part * length, length);
                    best = error;
                    scale = newScale;
                    offset = newOffset;
                }
            }
        }
        scales[part] = scale;
        minimums[part] = -offset;
    }

    private void tryQuants(int at, float inverse, float offset) {
        for (int i = 0; i < length; i++) {
            trial[i] = Math.clamp(roundedToEven(inverse * (numbers[at + i] - offset)), 0, highest);
        }
    }

    private float error(int at, float scale, float offset, boolean absolute) {
        float error = 0;
        for (int i = 0; i < length; i++) {
            float difference = scale * trial[i] + offset - numbers[at + i];
            error += weights[i] * (absolute ? Math.abs(difference) : difference * difference);
        }
        return error;
    }

    /// Finds the scale of a part without minimum: of 19 scales near the one that maps the number farthest from
    /// zero to the lowest quant, the one with the least squared error, weighted with the squares of the numbers.
    void searchScale(int part) {
        int at = first + part * length;
        float farthest = BlockMath.farthestFromZero(numbers, at, length);
        if (clearedIfNothing(part, farthest)) {
            return;
        }
        tryQuants(at, lowest / farthest);
        store(part);
        float scale = squares == 0 ? 0 : products / squares;
        float best = scale * products;
        for (int attempt = -9; attempt <= 9; attempt++) {
            if (attempt == 0) {
                continue;
            }
            tryQuants(at, (lowest - 0.1f * attempt) / farthest);
            if (squares > 0 && products * products > best * squares) {
                store(part);
                scale = products / squares;
                best = scale * products;
            }
        }
        scales[part] = scale;
    }

    /// Finds the scale of a part without minimum: starts with the number farthest from zero at the lowest quant,
    /// then changes single quants as long as that makes the squared error, weighted with the squares of the
    /// numbers, fall.
    void improveScale(int part) {
        int at = first + part * length;
        float farthest = BlockMath.farthestFromZero(numbers, at, length);
        if (clearedIfNothing(part, farthest)) {
            return;
        }
        tryQuants(at, lowest / farthest);
        boolean changed = true;
        for (int round = 0; round < ROUNDS && changed; round++) {
            changed = false;
            for (int i = 0; i < length; i++) {
                changed |= improveQuant(i, numbers[at + i]);
            }
        }
        store(part);
        scales[part] = squares > 0 ? products / squares : 0;
    }

    private boolean improveQuant(int i, float number) {
        float weight = number * number;
        float otherProducts = products - weight * number * trial[i];
        float otherSquares = squares - weight * trial[i] * trial[i];
        if (!(otherProducts > 0)) {
            return false;
        }
        int quant = Math.clamp(roundedToEven(number * otherSquares / otherProducts), lowest, highest);
        if (quant == trial[i]) {
            return false;
        }
        otherProducts += weight * number * quant;
        otherSquares += weight * quant * quant;
        if (otherSquares > 0 && otherProducts * otherProducts * squares > products * products * otherSquares) {
            trial[i] = quant;
            products = otherProducts;
            squares = otherSquares;
            return true;
        }
        return false;
    }

    private boolean clearedIfNothing(int part, float farthest) {
        if (Math.abs(farthest) >= NOTHING) {
            return false;
        }
        Arrays.fill(quants, part * length, (part + 1) * length, 0);
        scales[part] = 0;
        return true;
    }

    /// Rounds a part's numbers times `inverse`, and sums up what the best scale and its error follow from.
    private void tryQuants(int at, float inverse) {
        products = 0;
        squares = 0;
        for (int i = 0; i < length; i++) {
            float number = numbers[at + i];
            trial[i] = Math.clamp(roundedToEven(inverse * number), lowest, highest);
            float weight = number * number;
            products += weight * number * trial[i];
            squares += weight * trial[i] * trial[i];
        }
    }

    private void store(int part) {
        for (int i = 0; i < length; i++) {
            quants[part * length + i] = trial[i] - lowest;
        }
    }
}
