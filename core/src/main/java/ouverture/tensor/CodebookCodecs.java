package ouverture.tensor;

import static ouverture.tensor.LittleEndian.half;
import static ouverture.tensor.LittleEndian.int32;
import static ouverture.tensor.LittleEndian.unsignedByte;
import static ouverture.tensor.LittleEndian.unsignedShort;

import java.lang.foreign.MemorySegment;

/// Decoders of ggml's formats below 4 bits that name points of a codebook ([Codebooks]) instead of numbers. 256
/// numbers share an F16 scale; parts of 16 or 32 have a small integer scale of their own; signs are stored apart
/// from the points.
final class CodebookCodecs {
    private static final int PARTS = 8;
    private static final int PART = 32;
    private static final int GROUP = 8;

    /// How far IQ1 moves a whole group up or down, in units of its scale.
    private static final float SHIFT = 0.125f;

    private CodebookCodecs() {}

    /// IQ2_XXS: F16 scale; for each part 4 bytes of points, then 4 times 7 bits of signs and 4 bits of scale.
    static void decodeIq2Xxs(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int part = 0; part < PARTS; part++) {
            long points = offset + 2 + part * 8L;
            int signs = int32(from, points + 4);
            float partScale = scale * (0.5f + (signs >>> 28)) * 0.25f;
            for (int group = 0; group < 4; group++) {
                int point = unsignedByte(from, points + group);
                int out = at + part * PART + group * GROUP;
                putPoint(partScale, Codebooks.IQ2_XXS, point, 8, evenSigns(signs >>> 7 * group), to, out);
            }
        }
    }

    /// IQ2_XS: F16 scale, 32 shorts of 9 bits of point and 7 bits of signs, 8 bytes of scales (4 bits for each 16
    /// numbers).
    static void decodeIq2Xs(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int group = 0; group < 32; group++) {
            int packed = unsignedShort(from, offset + 2 + group * 2L);
            float groupScale = scaleOfIq2(from, offset + 66, scale, group);
            putPoint(groupScale, Codebooks.IQ2_XS, packed & 511, 8, evenSigns(packed >>> 9), to, at + group * GROUP);
        }
    }

    /// IQ2_S: F16 scale, 32 bytes of lower 8 bits of points, 32 bytes of signs, 8 bytes of upper 2 bits, 8 bytes
    /// of scales.
    static void decodeIq2S(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int group = 0; group < 32; group++) {
            int high = unsignedByte(from, offset + 66 + group / 4) >>> group % 4 * 2 & 3;
            int point = unsignedByte(from, offset + 2 + group) | high << 8;
            int signs = unsignedByte(from, offset + 34 + group);
            float groupScale = scaleOfIq2(from, offset + 74, scale, group);
            putPoint(groupScale, Codebooks.IQ2_S, point, 8, signs, to, at + group * GROUP);
        }
    }

    private static float scaleOfIq2(MemorySegment from, long scales, float scale, int group) {
        int bits = unsignedByte(from, scales + group / 4) >>> group % 4 / 2 * 4 & 15;
        return scale * (0.5f + bits) * 0.25f;
    }

    /// IQ3_XXS: F16 scale, 64 bytes of points, for each part 4 bytes of signs and scale as in IQ2_XXS.
    static void decodeIq3Xxs(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int part = 0; part < PARTS; part++) {
            int packed = int32(from, offset + 66 + part * 4L);
            float partScale = scale * (0.5f + (packed >>> 28)) * 0.5f;
            for (int group = 0; group < 4; group++) {
                long points = offset + 2 + part * 8L + group * 2L;
                int signs = evenSigns(packed >>> 7 * group);
                int out = at + part * PART + group * GROUP;
                putPoint(partScale, Codebooks.IQ3_XXS, unsignedByte(from, points), 4, signs, to, out);
                putPoint(partScale, Codebooks.IQ3_XXS, unsignedByte(from, points + 1), 4, signs >>> 4, to, out + 4);
            }
        }
    }

    /// IQ3_S: F16 scale, 64 bytes of lower 8 bits of points, 8 bytes of ninth bits, 32 bytes of signs, 4 bytes of
    /// scales (4 bits for each part).
    static void decodeIq3S(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int part = 0; part < PARTS; part++) {
            int bits = unsignedByte(from, offset + 106 + part / 2) >>> part % 2 * 4 & 15;
            float partScale = scale * (1 + 2 * bits);
            int ninthBits = unsignedByte(from, offset + 66 + part);
            for (int i = 0; i < 8; i++) {
                int point = unsignedByte(from, offset + 2 + part * 8L + i) | (ninthBits >>> i & 1) << 8;
                int signs = unsignedByte(from, offset + 74 + part * 4L + i / 2) >>> i % 2 * 4;
                putPoint(partScale, Codebooks.IQ3_S, point, 4, signs, to, at + part * PART + i * 4);
            }
        }
    }

    /// IQ1_S: F16 scale, 32 bytes of lower 8 bits of points, 8 shorts of 4 times 3 upper bits, 3 bits of scale
    /// and the direction in which the part is shifted.
    static void decodeIq1S(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        for (int part = 0; part < PARTS; part++) {
            int packed = unsignedShort(from, offset + 34 + part * 2L);
            float partScale = scale * (2 * (packed >>> 12 & 7) + 1);
            float shift = (packed & 0x8000) == 0 ? SHIFT : -SHIFT;
            for (int group = 0; group < 4; group++) {
                int point = unsignedByte(from, offset + 2 + part * 4L + group) | (packed >>> 3 * group & 7) << 8;
                putShifted(partScale, point, shift, to, at + part * PART + group * GROUP);
            }
        }
    }

    /// IQ1_M: 32 bytes of lower 8 bits of points, 16 bytes with 3 upper bits and the direction of the shift for
    /// two groups each, 4 shorts whose lower 12 bits are scales of 16 numbers each and whose upper 4 bits
    /// together are the F16 scale.
    static void decodeIq1M(MemorySegment from, long offset, float[] to, int at) {
        int scaleBits = 0;
        for (int i = 0; i < 4; i++) {
            scaleBits |= unsignedShort(from, offset + 48 + i * 2L) >>> 12 << 4 * i;
        }
        float scale = Float.float16ToFloat((short) scaleBits);
        for (int group = 0; group < 32; group++) {
            int scales = unsignedShort(from, offset + 48 + group / 8 * 2L);
            float groupScale = scale * (2 * (scales >>> group % 8 / 2 * 3 & 7) + 1);
            int packed = unsignedByte(from, offset + 32 + group / 2) >>> group % 2 * 4;
            int point = unsignedByte(from, offset + group) | (packed & 7) << 8;
            putShifted(groupScale, point, (packed & 8) == 0 ? SHIFT : -SHIFT, to, at + group * GROUP);
        }
    }

    /// The lowest 7 bits are signs of the first 7 numbers; the number of negative signs in a group is even.
    private static int evenSigns(int bits) {
        int seven = bits & 127;
        return seven | (Integer.bitCount(seven) & 1) << 7;
    }

    private static void putPoint(
            float scale, byte[] codebook, int point, int dimensions, int signs, float[] to, int at) {
        int first = point * dimensions;
        for (int i = 0; i < dimensions; i++) {
            // Signs are random: flipping the sign bit is several times as fast as a branch.
            int bits = Float.floatToRawIntBits(scale * codebook[first + i]);
            to[at + i] = Float.intBitsToFloat(bits ^ signs >>> i << 31);
        }
    }

    private static void putShifted(float scale, int point, float shift, float[] to, int at) {
        int first = point * GROUP;
        for (int i = 0; i < GROUP; i++) {
            to[at + i] = scale * (Codebooks.IQ1[first + i] + shift);
        }
    }
}
