package ouverture.tensor;

import static ouverture.tensor.LittleEndian.half;
import static ouverture.tensor.LittleEndian.signedByte;
import static ouverture.tensor.LittleEndian.unsignedByte;

import java.lang.foreign.MemorySegment;

/// Decoders of ggml's k-quants: 256 numbers in parts of 16 or 32, each part with a small integer scale (and
/// minimum) of its own, which the block's F16 scale (and F16 scale of minimums) multiplies.
///
/// The low bits of quants are laid out by halves of 128 numbers or quarters of 64: byte i holds bits of numbers
/// i, i + 32, and so on.
final class KQuantCodecs {
    private static final int PART = 16;
    private static final int PARTS = 16;
    private static final int WIDE_PART = 32;
    private static final int WIDE_PARTS = 8;

    private KQuantCodecs() {}

    /// Q2_K: 16 bytes of 4-bit scale and minimum, 64 bytes of quants, F16 scale, F16 scale of minimums.
    static void decodeQ2(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset + 80);
        float minimum = half(from, offset + 82);
        for (int part = 0; part < PARTS; part++) {
            int packed = unsignedByte(from, offset + part);
            float partScale = scale * (packed & 15);
            float partMinimum = minimum * (packed >>> 4);
            long quants = offset + 16 + pairOfBits(part);
            int shift = shiftOfPair(part);
            int out = at + PART * part;
            for (int i = 0; i < PART; i++) {
                to[out + i] = partScale * (unsignedByte(from, quants + i) >>> shift & 3) - partMinimum;
            }
        }
    }

    /// Q3_K: 32 bytes of third bits, 64 bytes of lower bits, 12 bytes of 6-bit scales with 32 added, F16 scale. 4
    /// is added to the quants.
    static void decodeQ3(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset + 108);
        for (int part = 0; part < PARTS; part++) {
            float partScale = scale * (scaleOfQ3(from, offset + 96, part) - 32);
            long quants = offset + 32 + pairOfBits(part);
            long thirdBits = offset + part % 2 * PART;
            int shift = shiftOfPair(part);
            int third = part / 2;
            int out = at + PART * part;
            for (int i = 0; i < PART; i++) {
                int quant = unsignedByte(from, quants + i) >>> shift & 3
                        | (unsignedByte(from, thirdBits + i) >>> third & 1) << 2;
                to[out + i] = partScale * (quant - 4);
            }
        }
    }

    /// Q4_K: F16 scale, F16 scale of minimums, 12 bytes of 6-bit scales and minimums, 128 bytes of quants.
    static void decodeQ4(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        float minimum = half(from, offset + 2);
        for (int part = 0; part < WIDE_PARTS; part++) {
            float partScale = scale * scaleOfQ4(from, offset + 4, part);
            float partMinimum = minimum * minimumOfQ4(from, offset + 4, part);
            long quants = offset + 16 + part / 2 * WIDE_PART;
            int shift = part % 2 * 4;
            int out = at + WIDE_PART * part;
            for (int i = 0; i < WIDE_PART; i++) {
                to[out + i] = partScale * (unsignedByte(from, quants + i) >>> shift & 15) - partMinimum;
            }
        }
    }

    /// Q5_K: as Q4_K, with 32 bytes of fifth bits before the quants.
    static void decodeQ5(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset);
        float minimum = half(from, offset + 2);
        for (int part = 0; part < WIDE_PARTS; part++) {
            float partScale = scale * scaleOfQ4(from, offset + 4, part);
            float partMinimum = minimum * minimumOfQ4(from, offset + 4, part);
            long fifthBits = offset + 16;
            long quants = offset + 48 + part / 2 * WIDE_PART;
            int shift = part % 2 * 4;
            int out = at + WIDE_PART * part;
            for (int i = 0; i < WIDE_PART; i++) {
                int quant = unsignedByte(from, quants + i) >>> shift & 15
                        | (unsignedByte(from, fifthBits + i) >>> part & 1) << 4;
                to[out + i] = partScale * quant - partMinimum;
            }
        }
    }

    /// Q6_K: 128 bytes of lower bits, 64 bytes of upper two bits, 16 signed scales, F16 scale. 32 is added to the
    /// quants.
    static void decodeQ6(MemorySegment from, long offset, float[] to, int at) {
        float scale = half(from, offset + 208);
        for (int part = 0; part < PARTS; part++) {
            float partScale = scale * signedByte(from, offset + 192 + part);
            long low = offset + part / 8 * 64 + part % 4 * PART;
            int lowShift = part % 8 / 4 * 4;
            long high = offset + 128 + pairOfBits(part);
            int highShift = shiftOfPair(part);
            int out = at + PART * part;
            for (int i = 0; i < PART; i++) {
                int quant = unsignedByte(from, low + i) >>> lowShift & 15
                        | (unsignedByte(from, high + i) >>> highShift & 3) << 4;
                to[out + i] = partScale * (quant - 32);
            }
        }
    }

    /// Where, among the bytes that hold two bits of each number, those of a part of 16 begin.
    private static int pairOfBits(int part) {
        return part / 8 * 32 + part % 2 * PART;
    }

    /// How far up in each byte the two bits of a part's numbers are.
    private static int shiftOfPair(int part) {
        return part % 8 / 2 * 2;
    }

    /// A part's scale in Q3_K, 0 to 63: 4 lower bits as in nibbles of the first 8 bytes, 2 upper bits in the last
    /// 4.
    static int scaleOfQ3(MemorySegment from, long scales, int part) {
        int low = unsignedByte(from, scales + part % 8) >>> part / 8 * 4 & 15;
        int high = unsignedByte(from, scales + 8 + part % 4) >>> part / 4 * 2 & 3;
        return low | high << 4;
    }

    /// A part's scale in Q4_K and Q5_K, 0 to 63: the first four in the lower 6 bits of bytes 0 to 3, the others
    /// in the lower half of bytes 8 to 11 and the upper 2 bits of bytes 0 to 3.
    static int scaleOfQ4(MemorySegment from, long scales, int part) {
        return part < 4
                ? unsignedByte(from, scales + part) & 63
                : unsignedByte(from, scales + part + 4) & 15 | unsignedByte(from, scales + part - 4) >>> 6 << 4;
    }

    /// A part's minimum in Q4_K and Q5_K, 0 to 63: as the scale, with bytes 4 to 7 and the upper half of bytes 8
    /// to 11.
    static int minimumOfQ4(MemorySegment from, long scales, int part) {
        return part < 4
                ? unsignedByte(from, scales + part + 4) & 63
                : unsignedByte(from, scales + part + 4) >>> 4 | unsignedByte(from, scales + part) >>> 6 << 4;
    }
}
