package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// The number formats that are multiplied as bytes on AArch64.
final class NeonFormats {
    private static final List<NeonFormat> NARROW = all(NeonStrips.NARROW_UNIT);
    private static final List<NeonFormat> WIDE = all(NeonStrips.WIDE_UNIT);

    private NeonFormats() {}

    private static List<NeonFormat> all(int unitColumns) {
        return List.of(
                new NeonBytes(unitColumns),
                new NeonHalves(DType.Q4_0, unitColumns),
                new NeonHalves(DType.IQ4_NL, unitColumns),
                new NeonHalves(DType.MXFP4, unitColumns),
                new NeonMinimums(DType.Q4_K, unitColumns),
                new NeonMinimums(DType.Q5_K, unitColumns),
                new NeonSixes(unitColumns));
    }

    /// How a format is packed for an instruction set, null if it is not.
    static @Nullable NeonFormat of(DType type, InstructionSet set) {
        for (NeonFormat format : set == InstructionSet.NEON_MATRIX ? WIDE : NARROW) {
            if (format.type() == type) {
                return format;
            }
        }
        return null;
    }
}
