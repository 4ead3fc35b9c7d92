package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import ouverture.tensor.DType;

/// Weighted sums of rows of one format and length, for any number of sums.
///
/// @param columns of a piece
/// @param first code for 1, 2, ... sums that are the first to read some rows
/// @param others code for 1, 2, ... further sums
record WeightedSums(int columns, MemorySegment[] first, MemorySegment[] others) {
    /// Writes the code.
    ///
    /// @param columns of a row
    /// @param ahead whether the memory is asked for rows before they are read
    static WeightedSums of(CodeCache code, DType type, int columns, WeightedSum.Start start, boolean ahead) {
        InstructionSet set = code.set();
        int steps = WeightedSum.steps(type, set, columns);
        int most = WeightedSum.sums(type, set, steps);
        MemorySegment[] first = new MemorySegment[most];
        MemorySegment[] others = new MemorySegment[most];
        for (int i = 0; i < most; i++) {
            first[i] = code.get(new WeightedSum(type, steps, i + 1, start, ahead));
            others[i] = code.get(new WeightedSum(type, steps, i + 1, start, false));
        }
        return new WeightedSums(steps * WeightReader.columns(type, set), first, others);
    }

    /// Bytes from each row, from each sum's factors and from each sum to the next, which a table in memory says.
    ///
    /// @param table its address
    record Strides(long table, long rows, long factors, long sums) {
        /// Bytes of a table.
        static final long BYTES = 4 * JAVA_LONG.byteSize();

        /// Writes a table.
        static Strides write(MemorySegment memory, long at, long rows, long factors, long sums) {
            long[] strides = {rows, factors, sums, 0};
            MemorySegment.copy(strides, 0, memory, JAVA_LONG, at, strides.length);
            return new Strides(memory.address() + at, rows, factors, sums);
        }

        /// Sets how many bytes ahead of a row the memory is asked for later ones.
        static void setAhead(MemorySegment memory, long at, long distance) {
            memory.set(JAVA_LONG, at + 3 * JAVA_LONG.byteSize(), distance);
        }
    }

    /// Adds rows at an address to sums.
    ///
    /// @param count number of sums
    /// @param pieces of the rows that are added
    void add(Strides strides, long rows, int rowCount, long factors, long sums, int count, int pieces) {
        int most = others.length;
        for (int i = 0; i < count; i += most) {
            NativeCalls.call(
                    (i == 0 ? first : others)[Math.min(most, count - i) - 1],
                    rows,
                    factors + i * strides.factors,
                    sums + i * strides.sums,
                    rowCount,
                    pieces,
                    strides.table);
        }
    }
}
