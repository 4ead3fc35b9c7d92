package ouverture.tensor;

import static ouverture.tensor.LittleEndian.half;
import static ouverture.tensor.LittleEndian.putByte;
import static ouverture.tensor.LittleEndian.putHalf;
import static ouverture.tensor.LittleEndian.unsignedByte;

import java.lang.foreign.MemorySegment;

/// Formats of ternary networks (BitNet b1.58, arXiv 2402.17764; TriLM, arXiv 2407.12327): 256 numbers that are
/// -1, 0 or 1 times the block's F16 scale, which stands at the end.
final class TernaryCodecs {
    private static final int BLOCK = 256;
    private static final int[] POWERS_OF_3 = {1, 3, 9, 27, 81};

    private TernaryCodecs() {}

    /// TQ1_0: 32 and 16 bytes with five numbers each, 4 bytes with four numbers each.
    static void decodeTq1(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset + 52);
        decodeDigits(from, offset, 32, 5, scale, to, at);
        decodeDigits(from, offset + 32, 16, 5, scale, to, at + 160);
        decodeDigits(from, offset + 48, 4, 4, scale, to, at + 240);
    }

    /// Byte b holds the numbers b, b + bytes, ... as digits of a fraction in base 3, in units of 1/256: the
    /// leading digit is the whole part of 3 * byte / 256.
    private static void decodeDigits(
            MemorySegment from, long offset, int bytes, int digits, float scale, float[] to, int at) {
        for (int digit = 0; digit < digits; digit++) {
            int power = POWERS_OF_3[digit];
            int out = at + digit * bytes;
            for (int i = 0; i < bytes; i++) {
                int fraction = unsignedByte(from, offset + i) * power & 0xff;
                to[out + i] = scale * ((fraction * 3 >>> 8) - 1);
            }
        }
    }

    static void encodeTq1(float[] from, int at, MemorySegment to, long offset) {
        float scale = BlockMath.largestMagnitude(from, at, BLOCK);
        float inverse = BlockMath.inverse(scale);
        encodeDigits(from, at, inverse, 32, 5, to, offset);
        encodeDigits(from, at + 160, inverse, 16, 5, to, offset + 32);
        encodeDigits(from, at + 240, inverse, 4, 4, to, offset + 48);
        putHalf(to, offset + 52, scale);
    }

    private static void encodeDigits(
            float[] from, int at, float inverse, int bytes, int digits, MemorySegment to, long offset) {
        for (int i = 0; i < bytes; i++) {
            int number = 0;
            for (int digit = 0; digit < 5; digit++) {
                number = 3 * number + (digit < digits ? level(from[at + digit * bytes + i] * inverse) : 0);
            }
            putByte(to, offset + i, Math.ceilDiv(number * 256, 243));
        }
    }

    /// TQ2_0: 64 bytes with four numbers each, two bits a number: byte b of the first 32 holds the numbers b, b +
    /// 32, b + 64 and b + 96; so does the second 32 for the second half.
    static void decodeTq2(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset + 64);
        for (int part = 0; part < 8; part++) {
            long bytes = offset + part / 4 * 32;
            int shift = part % 4 * 2;
            int out = at + 32 * part;
            for (int i = 0; i < 32; i++) {
                to[out + i] = scale * ((unsignedByte(from, bytes + i) >>> shift & 3) - 1);
            }
        }
    }

    static void encodeTq2(float[] from, int at, MemorySegment to, long offset) {
        float scale = BlockMath.largestMagnitude(from, at, BLOCK);
        float inverse = BlockMath.inverse(scale);
        for (int i = 0; i < 64; i++) {
            int first = at + i / 32 * 128 + i % 32;
            int packed = 0;
            for (int k = 0; k < 4; k++) {
                packed |= level(from[first + 32 * k] * inverse) << 2 * k;
            }
            putByte(to, offset + i, packed);
        }
        putHalf(to, offset + 64, scale);
    }

    /// 0, 1 or 2 for a number near -1, 0 or 1.
    private static int level(float value) {
        return Math.clamp(BlockMath.roundedAwayFromZero(value), -1, 1) + 1;
    }
}
