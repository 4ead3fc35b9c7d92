package ouverture.tensor;

import static ouverture.tensor.LittleEndian.half;
import static ouverture.tensor.LittleEndian.int32;
import static ouverture.tensor.LittleEndian.putByte;
import static ouverture.tensor.LittleEndian.putHalf;
import static ouverture.tensor.LittleEndian.putInt32;
import static ouverture.tensor.LittleEndian.signedByte;
import static ouverture.tensor.LittleEndian.unsignedByte;

import java.lang.foreign.MemorySegment;

/// ggml's first block formats: 32 numbers with one F16 scale d. In the `_0` formats a number is d * quant with
/// signed quants; the `_1` formats store an F16 minimum m after d, and a number is d * quant + m. Quants of 4
/// bits lie two to a byte, number i in the lower half and number i + 16 in the upper; a fifth bit of number i is
/// bit i of a 32-bit word.
final class LegacyCodecs {
    private static final int BLOCK = 32;
    private static final int HALF = BLOCK / 2;

    private LegacyCodecs() {}

    /// Q4_0: d, 16 bytes of quants with 8 added.
    static void decodeQ4s0(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int i = 0; i < HALF; i++) {
            int pair = unsignedByte(from, offset + 2 + i);
            to[at + i] = scale * ((pair & 15) - 8);
            to[at + HALF + i] = scale * ((pair >>> 4) - 8);
        }
    }

    static void encodeQ4s0(float[] from, int at, MemorySegment to, long offset) {
        float scale = BlockMath.farthestFromZero(from, at, BLOCK) / -8;
        float inverse = BlockMath.inverse(scale);
        putHalf(to, offset, scale);
        for (int i = 0; i < HALF; i++) {
            int low = quant(from[at + i] * inverse + 8.5f, 15);
            int high = quant(from[at + HALF + i] * inverse + 8.5f, 15);
            putByte(to, offset + 2 + i, low | high << 4);
        }
    }

    /// Q4_1: d, m, 16 bytes of quants.
    static void decodeQ4s1(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        float minimum = half(from, offset + 2);
        for (int i = 0; i < HALF; i++) {
            int pair = unsignedByte(from, offset + 4 + i);
            to[at + i] = scale * (pair & 15) + minimum;
            to[at + HALF + i] = scale * (pair >>> 4) + minimum;
        }
    }

    static void encodeQ4s1(float[] from, int at, MemorySegment to, long offset) {
        float minimum = smallest(from, at);
        float scale = (largest(from, at) - minimum) / 15;
        float inverse = BlockMath.inverse(scale);
        putHalf(to, offset, scale);
        putHalf(to, offset + 2, minimum);
        for (int i = 0; i < HALF; i++) {
            int low = quant((from[at + i] - minimum) * inverse + 0.5f, 15);
            int high = quant((from[at + HALF + i] - minimum) * inverse + 0.5f, 15);
            putByte(to, offset + 4 + i, low | high << 4);
        }
    }

    /// Q5_0: d, 4 bytes of fifth bits, 16 bytes of lower bits; 16 is added to the quants.
    static void decodeQ5s0(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        int fifth = int32(from, offset + 2);
        for (int i = 0; i < HALF; i++) {
            int pair = unsignedByte(from, offset + 6 + i);
            to[at + i] = scale * ((pair & 15 | (fifth >>> i & 1) << 4) - 16);
            to[at + HALF + i] = scale * ((pair >>> 4 | (fifth >>> HALF + i & 1) << 4) - 16);
        }
    }

    static void encodeQ5s0(float[] from, int at, MemorySegment to, long offset) {
        float scale = BlockMath.farthestFromZero(from, at, BLOCK) / -16;
        float inverse = BlockMath.inverse(scale);
        putHalf(to, offset, scale);
        int fifth = 0;
        for (int i = 0; i < HALF; i++) {
            int low = quant(from[at + i] * inverse + 16.5f, 31);
            int high = quant(from[at + HALF + i] * inverse + 16.5f, 31);
            fifth |= low >>> 4 << i | high >>> 4 << HALF + i;
            putByte(to, offset + 6 + i, low & 15 | high << 4);
        }
        putInt32(to, offset + 2, fifth);
    }

    /// Q5_1: d, m, 4 bytes of fifth bits, 16 bytes of lower bits.
    static void decodeQ5s1(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        float minimum = half(from, offset + 2);
        int fifth = int32(from, offset + 4);
        for (int i = 0; i < HALF; i++) {
            int pair = unsignedByte(from, offset + 8 + i);
            to[at + i] = scale * (pair & 15 | (fifth >>> i & 1) << 4) + minimum;
            to[at + HALF + i] = scale * (pair >>> 4 | (fifth >>> HALF + i & 1) << 4) + minimum;
        }
    }

    static void encodeQ5s1(float[] from, int at, MemorySegment to, long offset) {
        float minimum = smallest(from, at);
        float scale = (largest(from, at) - minimum) / 31;
        float inverse = BlockMath.inverse(scale);
        putHalf(to, offset, scale);
        putHalf(to, offset + 2, minimum);
        int fifth = 0;
        for (int i = 0; i < HALF; i++) {
            int low = quant((from[at + i] - minimum) * inverse + 0.5f, 31);
            int high = quant((from[at + HALF + i] - minimum) * inverse + 0.5f, 31);
            fifth |= low >>> 4 << i | high >>> 4 << HALF + i;
            putByte(to, offset + 8 + i, low & 15 | high << 4);
        }
        putInt32(to, offset + 4, fifth);
    }

    /// Q8_0: d, 32 signed bytes.
    static void decodeQ8s0(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int i = 0; i < BLOCK; i++) {
            to[at + i] = scale * signedByte(from, offset + 2 + i);
        }
    }

    static void encodeQ8s0(float[] from, int at, MemorySegment to, long offset) {
        float scale = BlockMath.largestMagnitude(from, at, BLOCK) / 127;
        float inverse = BlockMath.inverse(scale);
        putHalf(to, offset, scale);
        for (int i = 0; i < BLOCK; i++) {
            putByte(to, offset + 2 + i, BlockMath.roundedAwayFromZero(from[at + i] * inverse));
        }
    }

    private static float smallest(float[] from, int at) {
        float smallest = from[at];
        for (int i = 1; i < BLOCK; i++) {
            smallest = Math.min(smallest, from[at + i]);
        }
        return smallest;
    }

    private static float largest(float[] from, int at) {
        float largest = from[at];
        for (int i = 1; i < BLOCK; i++) {
            largest = Math.max(largest, from[at + i]);
        }
        return largest;
    }

    /// `value` cut to an integer of 0 to `most`; infinities and NaN too, which broken input can cause.
    private static int quant(float value, int most) {
        return Math.clamp((int) value, 0, most);
    }
}
