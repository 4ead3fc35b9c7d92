package ouverture.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads and writes the numbers that block formats are made of: little-endian at any byte offset, whatever the
/// machine.
final class LittleEndian {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    /// A signed byte.
    static byte signedByte(MemorySegment from, long offset) {
        return from.get(ValueLayout.JAVA_BYTE, offset);
    }

    /// A byte, 0 to 255.
    static int unsignedByte(MemorySegment from, long offset) {
        return from.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
    }

    /// Two bytes, 0 to 65535.
    static int unsignedShort(MemorySegment from, long offset) {
        return from.get(SHORT, offset) & 0xffff;
    }

    /// Four bytes.
    static int int32(MemorySegment from, long offset) {
        return from.get(INT, offset);
    }

    /// An IEEE 754 half-precision number.
    static float half(MemorySegment from, long offset) {
        return Float.float16ToFloat(from.get(SHORT, offset));
    }

    /// Writes the lowest byte of `value`.
    static void putByte(MemorySegment to, long offset, int value) {
        to.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    /// Writes the lowest two bytes of `value`.
    static void putShort(MemorySegment to, long offset, int value) {
        to.set(SHORT, offset, (short) value);
    }

    /// Writes four bytes.
    static void putInt32(MemorySegment to, long offset, int value) {
        to.set(INT, offset, value);
    }

    /// Writes `value` rounded to half precision, ties to even.
    static void putHalf(MemorySegment to, long offset, float value) {
        to.set(SHORT, offset, Float.floatToFloat16(value));
    }
}
