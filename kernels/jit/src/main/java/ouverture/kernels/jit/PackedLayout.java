package ouverture.kernels.jit;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// Packed weights of a number format as an instruction set multiplies them, and all code that belongs to them.
interface PackedLayout extends StripLayout {
    /// How a format is packed for an instruction set, null if it is not.
    static @Nullable PackedLayout of(DType type, InstructionSet set) {
        return set.isArm() ? NeonFormats.of(type, set) : PackedFormats.of(type);
    }

    /// What they become before they are multiplied with many rows of inputs.
    StripLayout expanded();

    /// Packs a strip: [Packing].
    MachineCode packing();

    /// Expands packed weights: [Expansion].
    MachineCode expansion();

    /// Rounds inputs: [Quantisation].
    MachineCode rounding();

    /// Adds floats to floats: [Elementwise.Sum].
    MachineCode addition();
}
