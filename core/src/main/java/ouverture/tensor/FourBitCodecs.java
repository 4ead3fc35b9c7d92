package ouverture.tensor;

import static ouverture.tensor.LittleEndian.half;
import static ouverture.tensor.LittleEndian.putByte;
import static ouverture.tensor.LittleEndian.putHalf;
import static ouverture.tensor.LittleEndian.putInt32;
import static ouverture.tensor.LittleEndian.putShort;
import static ouverture.tensor.LittleEndian.unsignedByte;
import static ouverture.tensor.LittleEndian.unsignedShort;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Formats whose 4-bit quants name one of 16 uneven levels, which a scale multiplies. In a part of n numbers,
/// byte i holds number i in its lower half and number i + n/2 in its upper.
final class FourBitCodecs {
    /// Levels of IQ4_NL and IQ4_XS: nearer to each other where weights are frequent.
    private static final float[] UNEVEN = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /// Below the sum of the first two of these levels, where the first one is the nearest to half of any number.
    private static final int LEAST_SUM = -232;

    /// Number of the level nearest to half of a number, by the number rounded down, less [#LEAST_SUM]: the next
    /// level is as near from the sum of two neighbours on, which is an integer.
    private static final byte[] NEAREST_UNEVEN = nearestUneven();

    /// Levels of MXFP4 and NVFP4: twice the values of a 4-bit float with 2 bits of exponent and 1 of mantissa
    /// (E2M1).
    private static final float[] E2M1_DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private static final int PART = 32;
    private static final int WIDE_BLOCK = 256;
    private static final int NV_PART = 16;
    private static final int NV_PARTS = 4;

    /// How many neighbouring scales on each side of the obvious one the search for IQ4's scale tries.
    private static final int TRIES = 7;

    /// Numbers below this count as zero.
    private static final float NOTHING = 1e-15f;

    private FourBitCodecs() {}

    private static byte[] nearestUneven() {
        int largestSum = (int) (UNEVEN[UNEVEN.length - 2] + UNEVEN[UNEVEN.length - 1]);
        byte[] nearest = new byte[largestSum - LEAST_SUM + 1];
        for (int i = 1; i < UNEVEN.length; i++) {
            int sum = (int) (UNEVEN[i - 1] + UNEVEN[i]);
            Arrays.fill(nearest, sum - LEAST_SUM, nearest.length, (byte) i);
        }
        return nearest;
    }

    /// IQ4_NL: F16 scale, 16 bytes of quants.
    static void decodeIq4Nl(MemorySegment from, long offset, float[] to, int at) {
        decodeLevels(from, offset + 2, PART, half(from, offset), UNEVEN, to, at);
    }

    static void encodeIq4Nl(float[] from, int at, MemorySegment to, long offset) {
        float scale = unevenScale(from, at);
        putHalf(to, offset, scale);
        encodeUneven(from, at, BlockMath.inverse(scale), to, offset + 2);
    }

    /// IQ4_XS: F16 scale, 2 bytes of upper 2 bits of the parts' scales, 4 bytes of their lower 4 bits, 8 times 16
    /// bytes of quants. 32 is added to the parts' scales.
    static void decodeIq4Xs(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        int high = unsignedShort(from, offset + 2);
        for (int part = 0; part < WIDE_BLOCK / PART; part++) {
            int low = unsignedByte(from, offset + 4 + part / 2) >>> part % 2 * 4 & 15;
            float partScale = scale * ((low | (high >>> 2 * part & 3) << 4) - 32);
            decodeLevels(from, offset + 8 + part * 16L, PART, partScale, UNEVEN, to, at + part * PART);
        }
    }

    static void encodeIq4Xs(float[] from, int at, MemorySegment to, long offset) {
        float[] scales = new float[WIDE_BLOCK / PART];
        for (int part = 0; part < scales.length; part++) {
            scales[part] = unevenScale(from, at + part * PART);
        }
        float scale = -BlockMath.farthestFromZero(scales, 0, scales.length) / 32;
        float inverse = BlockMath.inverse(scale);
        putHalf(to, offset, scale);
        int low = 0;
        int high = 0;
        for (int part = 0; part < scales.length; part++) {
            int factor = Math.clamp(BlockMath.roundedToEven(inverse * scales[part]), -32, 31);
            float partInverse = BlockMath.inverse(scale * factor);
            encodeUneven(from, at + part * PART, partInverse, to, offset + 8 + part * 16L);
            low |= (factor + 32 & 15) << 4 * part;
            high |= factor + 32 >>> 4 << 2 * part;
        }
        putShort(to, offset + 2, high);
        putInt32(to, offset + 4, low);
    }

    /// MXFP4 (OCP Microscaling Formats 1.0): 8 bits of exponent, 16 bytes of quants.
    static void decodeMxfp4(MemorySegment from, long offset, float[] to, int at) {
        decodeLevels(from, offset + 1, PART, halfOfPower(unsignedByte(from, offset)), E2M1_DOUBLED, to, at);
    }

    static void encodeMxfp4(float[] from, int at, MemorySegment to, long offset) {
        float largest = BlockMath.largestMagnitude(from, at, PART);
        // The logarithm is rounded to float before its whole part is taken, so that 255.99998 counts as 256.
        int exponent = largest > 0 ? (int) Math.floor((float) (Math.log(largest) / Math.log(2))) + 125 : 0;
        int stored = Math.clamp(exponent, 0, 254);
        putByte(to, offset, stored);
        encodeE2m1(from, at, PART, halfOfPower(stored), to, offset + 1);
    }

    /// Half of 2^(exponent - 127), as the levels are doubled.
    private static float halfOfPower(int exponent) {
        return Float.intBitsToFloat(exponent < 2 ? 0x200000 << exponent : exponent - 1 << 23);
    }

    /// NVFP4: four unsigned 8-bit floats with 4 bits of exponent (scales of 16 numbers each), 4 times 8 bytes of
    /// quants.
    static void decodeNvfp4(MemorySegment from, long offset, float[] to, int at) {
        for (int part = 0; part < NV_PARTS; part++) {
            float scale = halfOfE4m3(unsignedByte(from, offset + part));
            decodeLevels(from, offset + 4 + part * 8L, NV_PART, scale, E2M1_DOUBLED, to, at + part * NV_PART);
        }
    }

    static void encodeNvfp4(float[] from, int at, MemorySegment to, long offset) {
        for (int part = 0; part < NV_PARTS; part++) {
            int first = at + part * NV_PART;
            int stored = e4m3(BlockMath.largestMagnitude(from, first, NV_PART) / 6);
            putByte(to, offset + part, stored);
            encodeE2m1(from, first, NV_PART, halfOfE4m3(stored), to, offset + 4 + part * 8L);
        }
    }

    /// Half of the number with 4 bits of exponent (bias 7) and 3 of mantissa, as the levels are doubled. The top
    /// bit does not count; all other bits set would be NaN, which counts as 0.
    private static float halfOfE4m3(int bits) {
        int exponent = bits >>> 3 & 15;
        int mantissa = bits & 7;
        if (bits == 0x7f) {
            return 0;
        }
        return exponent == 0 ? mantissa * 0x1p-10f : Math.scalb(8f + mantissa, exponent - 11);
    }

    /// Rounds a positive number to 4 bits of exponent and 3 of mantissa, to nearest, halves up, 0x7e at most.
    private static int e4m3(float value) {
        if (!(value > 0)) {
            return 0;
        }
        float limited = Math.min(value, 448);
        if (limited < 0x1p-6f) {
            return Math.min((int) (limited * 512 + 0.5f), 7);
        }
        int bits = Float.floatToRawIntBits(limited);
        return Math.min((bits + (1 << 19) >>> 20) - (120 << 3), 0x7e);
    }

    private static void decodeLevels(
            MemorySegment from, long offset, int count, float scale, float[] levels, float[] to, int at) {
        int middle = count / 2;
        for (int i = 0; i < middle; i++) {
            int pair = unsignedByte(from, offset + i);
            to[at + i] = scale * levels[pair & 15];
            to[at + middle + i] = scale * levels[pair >>> 4];
        }
    }

    private static void encodeE2m1(float[] from, int at, int count, float scale, MemorySegment to, long offset) {
        int middle = count / 2;
        for (int i = 0; i < middle; i++) {
            int low = nearestE2m1(from[at + i], scale);
            int high = nearestE2m1(from[at + middle + i], scale);
            putByte(to, offset + i, low | high << 4);
        }
    }

    /// The first level whose distance to `value` is the smallest.
    private static int nearestE2m1(float value, float scale) {
        int nearest = 0;
        float distance = Math.abs(E2M1_DOUBLED[0] * scale - value);
        for (int i = 1; i < E2M1_DOUBLED.length; i++) {
            float other = Math.abs(E2M1_DOUBLED[i] * scale - value);
            if (other < distance) {
                nearest = i;
                distance = other;
            }
        }
        return nearest;
    }

    private static void encodeUneven(float[] from, int at, float inverse, MemorySegment to, long offset) {
        int middle = PART / 2;
        for (int i = 0; i < middle; i++) {
            int low = nearestUneven(inverse * from[at + i]);
            int high = nearestUneven(inverse * from[at + middle + i]);
            putByte(to, offset + i, low | high << 4);
        }
    }

    /// The level next to `value`, the upper of two equally near.
    private static int nearestUneven(float value) {
        int doubled = (int) Math.floor(2 * value);
        return NEAREST_UNEVEN[Math.clamp(doubled, LEAST_SUM, LEAST_SUM + NEAREST_UNEVEN.length - 1) - LEAST_SUM];
    }

    /// The scale of a part whose squared error, weighted with the squares of the numbers, is the least of those
    /// tried: the number farthest from zero is mapped to about the lowest level.
    private static float unevenScale(float[] from, int at) {
        float farthest = BlockMath.farthestFromZero(from, at, PART);
        if (Math.abs(farthest) < NOTHING) {
            return 0;
        }
        float scale = 0;
        float best = 0;
        for (int attempt = -TRIES - 1; attempt <= TRIES; attempt++) {
            boolean first = attempt < -TRIES;
            float inverse = first ? 1 / (-farthest / UNEVEN[0]) : (attempt + UNEVEN[0]) / farthest;
            float products = 0;
            float squares = 0;
            for (int i = 0; i < PART; i++) {
                float number = from[at + i];
                float level = UNEVEN[nearestUneven(inverse * number)];
                float weight = number * number;
                products += weight * level * number;
                squares += weight * level * level;
            }
            if (first || squares > 0 && products * products > best * squares) {
                scale = products / squares;
                best = scale * products;
            }
        }
        return scale;
    }
}
