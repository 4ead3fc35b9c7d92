package ouverture.tensor;

import java.lang.foreign.MemorySegment;

/// Formats that store each number on its own, without blocks.
final class PlainCodecs {
    private PlainCodecs() {}

    /// IEEE 754 single precision.
    record F32() implements BlockCodec {
        @Override
        public DType type() {
            return DType.F32;
        }

        @Override
        public boolean encodes() {
            return true;
        }

        @Override
        public void decode(MemorySegment from, long offset, float[] to, int toIndex, int count) {
            MemorySegment.copy(from, LittleEndian.FLOAT, offset, to, toIndex, count);
        }

        @Override
        public void encode(float[] from, int fromIndex, MemorySegment to, long offset, int count) {
            MemorySegment.copy(from, fromIndex, to, LittleEndian.FLOAT, offset, count);
        }
    }

    /// IEEE 754 half precision: 5 bits of exponent, 10 of mantissa.
    record F16() implements BlockCodec {
        @Override
        public DType type() {
            return DType.F16;
        }

        @Override
        public boolean encodes() {
            return true;
        }

        @Override
        public void decode(MemorySegment from, long offset, float[] to, int toIndex, int count) {
            for (int i = 0; i < count; i++) {
                to[toIndex + i] = LittleEndian.half(from, offset + 2L * i);
            }
        }

        @Override
        public void encode(float[] from, int fromIndex, MemorySegment to, long offset, int count) {
            for (int i = 0; i < count; i++) {
                LittleEndian.putHalf(to, offset + 2L * i, from[fromIndex + i]);
            }
        }
    }

    /// bfloat16: the upper half of a single-precision number.
    record Bf16() implements BlockCodec {
        @Override
        public DType type() {
            return DType.BF16;
        }

        @Override
        public boolean encodes() {
            return true;
        }

        @Override
        public void decode(MemorySegment from, long offset, float[] to, int toIndex, int count) {
            for (int i = 0; i < count; i++) {
                to[toIndex + i] = Float.intBitsToFloat(LittleEndian.unsignedShort(from, offset + 2L * i) << 16);
            }
        }

        @Override
        public void encode(float[] from, int fromIndex, MemorySegment to, long offset, int count) {
            for (int i = 0; i < count; i++) {
                LittleEndian.putShort(to, offset + 2L * i, upperHalf(from[fromIndex + i]));
            }
        }

        /// Rounds to nearest, ties to even; a NaN stays one, as its payload may lie in the lower half only.
        private static int upperHalf(float value) {
            int bits = Float.floatToRawIntBits(value);
            if (Float.isNaN(value)) {
                return bits >>> 16 | 0x40;
            }
            return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
        }
    }
}
