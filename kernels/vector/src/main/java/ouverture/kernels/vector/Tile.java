package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// Products of four rows of weights with four rows of inputs, all floats: each number that is loaded serves
/// four times.
final class Tile {
    /// Rows of weights, and rows of inputs, of one tile.
    static final int ROWS = 4;

    /// Bytes that the result of a tile takes.
    static final long BYTES = ROWS * ROWS * Lanes.SIZE;

    /// Sums of one tile, and vectors that hold them.
    private static final int SUMS = ROWS * ROWS;

    private static final int VECTORS = SUMS / Lanes.COUNT;

    private static final VectorMask<Float> UPPER_8 = upper(8);
    private static final VectorMask<Float> UPPER_4 = upper(4);
    private static final VectorMask<Float> UPPER_2 = upper(2);
    private static final VectorMask<Float> UPPER_1 = upper(1);
    private static final VectorShuffle<Float> ACROSS_8 = across(8);
    private static final VectorShuffle<Float> ACROSS_4 = across(4);
    private static final VectorShuffle<Float> ACROSS_2 = across(2);
    private static final VectorShuffle<Float> ACROSS_1 = across(1);

    private Tile() {}

    /// Rows of floats in memory.
    ///
    /// @param offset byte where the first row starts
    /// @param stride bytes from one row to the next
    record Rows(MemorySegment data, long offset, long stride) {
        /// The byte where a row starts.
        long at(int row) {
            return offset + row * stride;
        }
    }

    /// Multiplies weight rows `w` to `w + 3` with input rows `x` to `x + 3`, and stores the sums lane by lane:
    /// [#addLanes] adds the lanes up.
    ///
    /// @param count columns, whole vectors
    /// @param lanes takes [#BYTES] bytes
    static void multiply(Rows weights, int w, Rows inputs, int x, int count, MemorySegment lanes) {
        long w0 = weights.at(w);
        long w1 = weights.at(w + 1);
        long w2 = weights.at(w + 2);
        long w3 = weights.at(w + 3);
        long x0 = inputs.at(x);
        long x1 = inputs.at(x + 1);
        long x2 = inputs.at(x + 2);
        long x3 = inputs.at(x + 3);
        FloatVector a00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector a01 = a00;
        FloatVector a02 = a00;
        FloatVector a03 = a00;
        FloatVector a10 = a00;
        FloatVector a11 = a00;
        FloatVector a12 = a00;
        FloatVector a13 = a00;
        FloatVector a20 = a00;
        FloatVector a21 = a00;
        FloatVector a22 = a00;
        FloatVector a23 = a00;
        FloatVector a30 = a00;
        FloatVector a31 = a00;
        FloatVector a32 = a00;
        FloatVector a33 = a00;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            long at = 4L * i;
            FloatVector v0 = load(weights.data, w0 + at);
            FloatVector v1 = load(weights.data, w1 + at);
            FloatVector v2 = load(weights.data, w2 + at);
            FloatVector v3 = load(weights.data, w3 + at);
            FloatVector y = load(inputs.data, x0 + at);
            a00 = v0.fma(y, a00);
            a01 = v1.fma(y, a01);
            a02 = v2.fma(y, a02);
            a03 = v3.fma(y, a03);
            y = load(inputs.data, x1 + at);
            a10 = v0.fma(y, a10);
            a11 = v1.fma(y, a11);
            a12 = v2.fma(y, a12);
            a13 = v3.fma(y, a13);
            y = load(inputs.data, x2 + at);
            a20 = v0.fma(y, a20);
            a21 = v1.fma(y, a21);
            a22 = v2.fma(y, a22);
            a23 = v3.fma(y, a23);
            y = load(inputs.data, x3 + at);
            a30 = v0.fma(y, a30);
            a31 = v1.fma(y, a31);
            a32 = v2.fma(y, a32);
            a33 = v3.fma(y, a33);
        }
        a00.intoMemorySegment(lanes, 0 * Lanes.SIZE, Lanes.ORDER);
        a01.intoMemorySegment(lanes, 1 * Lanes.SIZE, Lanes.ORDER);
        a02.intoMemorySegment(lanes, 2 * Lanes.SIZE, Lanes.ORDER);
        a03.intoMemorySegment(lanes, 3 * Lanes.SIZE, Lanes.ORDER);
        a10.intoMemorySegment(lanes, 4 * Lanes.SIZE, Lanes.ORDER);
        a11.intoMemorySegment(lanes, 5 * Lanes.SIZE, Lanes.ORDER);
        a12.intoMemorySegment(lanes, 6 * Lanes.SIZE, Lanes.ORDER);
        a13.intoMemorySegment(lanes, 7 * Lanes.SIZE, Lanes.ORDER);
        a20.intoMemorySegment(lanes, 8 * Lanes.SIZE, Lanes.ORDER);
        a21.intoMemorySegment(lanes, 9 * Lanes.SIZE, Lanes.ORDER);
        a22.intoMemorySegment(lanes, 10 * Lanes.SIZE, Lanes.ORDER);
        a23.intoMemorySegment(lanes, 11 * Lanes.SIZE, Lanes.ORDER);
        a30.intoMemorySegment(lanes, 12 * Lanes.SIZE, Lanes.ORDER);
        a31.intoMemorySegment(lanes, 13 * Lanes.SIZE, Lanes.ORDER);
        a32.intoMemorySegment(lanes, 14 * Lanes.SIZE, Lanes.ORDER);
        a33.intoMemorySegment(lanes, 15 * Lanes.SIZE, Lanes.ORDER);
    }

    /// Adds up the lanes of a result in place, in the order of [Lanes#sum]: each step halves the number of
    /// vectors, as one takes in half of the lanes of two. Masks and shuffles must be constants where they are
    /// used, hence four loops.
    static void addLanes(MemorySegment lanes) {
        int vectors = SUMS;
        if (Lanes.COUNT >= 16) {
            vectors /= 2;
            for (int i = 0; i < vectors; i++) {
                FloatVector a = load(lanes, i * Lanes.SIZE);
                FloatVector b = load(lanes, (i + vectors) * Lanes.SIZE);
                FloatVector c = a.blend(b, UPPER_8).add(b.blend(a, UPPER_8).rearrange(ACROSS_8));
                c.intoMemorySegment(lanes, i * Lanes.SIZE, Lanes.ORDER);
            }
        }
        if (Lanes.COUNT >= 8) {
            vectors /= 2;
            for (int i = 0; i < vectors; i++) {
                FloatVector a = load(lanes, i * Lanes.SIZE);
                FloatVector b = load(lanes, (i + vectors) * Lanes.SIZE);
                FloatVector c = a.blend(b, UPPER_4).add(b.blend(a, UPPER_4).rearrange(ACROSS_4));
                c.intoMemorySegment(lanes, i * Lanes.SIZE, Lanes.ORDER);
            }
        }
        vectors /= 2;
        for (int i = 0; i < vectors; i++) {
            FloatVector a = load(lanes, i * Lanes.SIZE);
            FloatVector b = load(lanes, (i + vectors) * Lanes.SIZE);
            FloatVector c = a.blend(b, UPPER_2).add(b.blend(a, UPPER_2).rearrange(ACROSS_2));
            c.intoMemorySegment(lanes, i * Lanes.SIZE, Lanes.ORDER);
        }
        vectors /= 2;
        for (int i = 0; i < vectors; i++) {
            FloatVector a = load(lanes, i * Lanes.SIZE);
            FloatVector b = load(lanes, (i + vectors) * Lanes.SIZE);
            FloatVector c = a.blend(b, UPPER_1).add(b.blend(a, UPPER_1).rearrange(ACROSS_1));
            c.intoMemorySegment(lanes, i * Lanes.SIZE, Lanes.ORDER);
        }
    }

    /// The product of the tile's weight row `w` with its input row `x`, after [#addLanes].
    static float sum(MemorySegment lanes, int w, int x) {
        int index = x * ROWS + w;
        return Lanes.get(lanes, 4L * (index % VECTORS * Lanes.COUNT + index / VECTORS));
    }

    /// Lanes whose number has a bit.
    private static VectorMask<Float> upper(int bit) {
        boolean[] lanes = new boolean[Lanes.COUNT];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = (i & bit) != 0;
        }
        return VectorMask.fromArray(Lanes.FLOATS, lanes, 0);
    }

    /// Swaps lanes whose numbers differ in a bit.
    private static VectorShuffle<Float> across(int bit) {
        return VectorShuffle.fromOp(Lanes.FLOATS, i -> (i ^ bit) % Lanes.COUNT);
    }
}
