package ouverture.tensor;

import static ouverture.tensor.BlockMath.roundedToEven;
import static ouverture.tensor.LittleEndian.half;
import static ouverture.tensor.LittleEndian.putByte;
import static ouverture.tensor.LittleEndian.putHalf;

import java.lang.foreign.MemorySegment;

/// Rounds floats to k-quants: [KQuantFit] finds the scale (and minimum) of each part, these are rounded to small
/// integers, and the numbers are rounded anew with what the integers say. [KQuantCodecs] describes the blocks.
/// Takes scratch memory for each block, and hundreds of times as long as decoding.
final class KQuantEncoders {
    private static final int PART = 16;
    private static final int PARTS = 16;
    private static final int WIDE_PART = 32;
    private static final int WIDE_PARTS = 8;

    /// Scales of Q6_K below this make the whole block zero.
    private static final float NOTHING = 1e-15f;

    private KQuantEncoders() {}

    static void encodeQ2(float[] from, int at, MemorySegment to, long offset) {
        KQuantFit fit = new KQuantFit(from, at, PART, 0, 3);
        KQuantFit.Search search = new KQuantFit.Search(-0.5f, 0.1f, 15, true);
        for (int part = 0; part < PARTS; part++) {
            fit.searchByMagnitude(part, search);
        }
        float inverseScale = inverse(15, fit.largestScale());
        float inverseMinimum = inverse(15, fit.largestMinimum());
        float scale = putRounded(to, offset + 80, fit.largestScale() / 15);
        float minimum = putRounded(to, offset + 82, fit.largestMinimum() / 15);
        for (int part = 0; part < PARTS; part++) {
            int partScale = roundedToEven(inverseScale * fit.scale(part)) & 15;
            int partMinimum = roundedToEven(inverseMinimum * fit.minimum(part)) & 15;
            putByte(to, offset + part, partScale | partMinimum << 4);
            fit.round(part, scale * partScale, minimum * partMinimum);
        }
        putPairsOfBits(fit, 0, to, offset + 16);
    }

    static void encodeQ3(float[] from, int at, MemorySegment to, long offset) {
        KQuantFit fit = new KQuantFit(from, at, PART, -4, 3);
        for (int part = 0; part < PARTS; part++) {
            fit.improveScale(part);
        }
        float farthest = fit.farthestScale();
        float inverse = farthest == 0 ? 0 : -32 / farthest;
        float scale = putRounded(to, offset + 108, BlockMath.inverse(inverse));
        int[] packed = new int[12];
        for (int part = 0; part < PARTS; part++) {
            int partScale = Math.clamp(roundedToEven(inverse * fit.scale(part)), -32, 31);
            // A block of zeros has scales of -32, as all its bits are 0.
            int stored = farthest == 0 ? 0 : partScale + 32;
            packed[part % 8] |= (stored & 15) << part / 8 * 4;
            packed[8 + part % 4] |= stored >>> 4 << part / 4 * 2;
            fit.round(part, scale * partScale, 0);
        }
        putBytes(packed, to, offset + 96);
        putSingleBits(fit, 2, to, offset);
        putPairsOfBits(fit, 0, to, offset + 32);
    }

    static void encodeQ4(float[] from, int at, MemorySegment to, long offset) {
        KQuantFit fit = new KQuantFit(from, at, WIDE_PART, 0, 15);
        encodeWide(fit, new KQuantFit.Search(-1, 0.1f, 20, false), to, offset);
        putNibbles(fit, to, offset + 16);
    }

    static void encodeQ5(float[] from, int at, MemorySegment to, long offset) {
        KQuantFit fit = new KQuantFit(from, at, WIDE_PART, 0, 31);
        encodeWide(fit, new KQuantFit.Search(-0.5f, 0.1f, 15, false), to, offset);
        putSingleBits(fit, 4, to, offset + 16);
        putNibbles(fit, to, offset + 48);
    }

    /// What Q4_K and Q5_K share: fits, and writes scales and minimums.
    private static void encodeWide(KQuantFit fit, KQuantFit.Search search, MemorySegment to, long offset) {
        for (int part = 0; part < WIDE_PARTS; part++) {
            fit.searchBySpread(part, search);
        }
        float inverseScale = inverse(63, fit.largestScale());
        float inverseMinimum = inverse(63, fit.largestMinimum());
        float scale = putRounded(to, offset, fit.largestScale() / 63);
        float minimum = putRounded(to, offset + 2, fit.largestMinimum() / 63);
        int[] packed = new int[12];
        for (int part = 0; part < WIDE_PARTS; part++) {
            int partScale = Math.min(roundedToEven(inverseScale * fit.scale(part)) & 0xff, 63);
            int partMinimum = Math.min(roundedToEven(inverseMinimum * fit.minimum(part)) & 0xff, 63);
            if (part < 4) {
                packed[part] |= partScale;
                packed[part + 4] |= partMinimum;
            } else {
                packed[part + 4] |= partScale & 15 | (partMinimum & 15) << 4;
                packed[part - 4] |= partScale >>> 4 << 6;
                packed[part] |= partMinimum >>> 4 << 6;
            }
            fit.round(part, scale * partScale, minimum * partMinimum);
        }
        putBytes(packed, to, offset + 4);
    }

    static void encodeQ6(float[] from, int at, MemorySegment to, long offset) {
        KQuantFit fit = new KQuantFit(from, at, PART, -32, 31);
        for (int part = 0; part < PARTS; part++) {
            fit.searchScale(part);
        }
        float farthest = fit.farthestScale();
        if (Math.abs(farthest) < NOTHING) {
            to.asSlice(offset, DType.Q6_K.blockBytes()).fill((byte) 0);
            return;
        }
        float inverse = -128 / farthest;
        float scale = putRounded(to, offset + 208, 1 / inverse);
        for (int part = 0; part < PARTS; part++) {
            int partScale = (byte) Math.min(roundedToEven(inverse * fit.scale(part)), 127);
            putByte(to, offset + 192 + part, partScale);
            fit.round(part, scale * partScale, 0);
        }
        for (int i = 0; i < 128; i++) {
            int low = i / 64 * 128 + i % 64;
            putByte(to, offset + i, fit.stored(low) & 15 | (fit.stored(low + 64) & 15) << 4);
        }
        putPairsOfBits(fit, 4, to, offset + 128);
    }

    private static float inverse(float most, float largest) {
        return largest > 0 ? most / largest : 0;
    }

    /// Writes `value` in half precision and returns what was written.
    private static float putRounded(MemorySegment to, long offset, float value) {
        putHalf(to, offset, value);
        return half(to, offset);
    }

    private static void putBytes(int[] bytes, MemorySegment to, long offset) {
        for (int i = 0; i < bytes.length; i++) {
            putByte(to, offset + i, bytes[i]);
        }
    }

    /// 32 bytes: bit b of byte i is bit `bit` of quant 32 b + i.
    private static void putSingleBits(KQuantFit fit, int bit, MemorySegment to, long offset) {
        for (int i = 0; i < 32; i++) {
            int packed = 0;
            for (int b = 0; b < 8; b++) {
                packed |= (fit.stored(32 * b + i) >>> bit & 1) << b;
            }
            putByte(to, offset + i, packed);
        }
    }

    /// 64 bytes, 32 for each half of the block: byte i holds two bits of the quants i, i + 32, i + 64 and i + 96,
    /// from `bit` on.
    private static void putPairsOfBits(KQuantFit fit, int bit, MemorySegment to, long offset) {
        for (int i = 0; i < 64; i++) {
            int packed = 0;
            for (int k = 0; k < 4; k++) {
                packed |= (fit.stored(i / 32 * 128 + i % 32 + 32 * k) >>> bit & 3) << 2 * k;
            }
            putByte(to, offset + i, packed);
        }
    }

    /// 128 bytes, 32 for each quarter of the block: byte i holds the lower four bits of the quants i and i + 32.
    private static void putNibbles(KQuantFit fit, MemorySegment to, long offset) {
        for (int i = 0; i < 128; i++) {
            int low = i / 32 * 64 + i % 32;
            putByte(to, offset + i, fit.stored(low) & 15 | (fit.stored(low + 32) & 15) << 4);
        }
    }
}
