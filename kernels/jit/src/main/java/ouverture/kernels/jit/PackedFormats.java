package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// The number formats that have a packed form. Not in [PackedFormat] itself: a class that makes its subclasses'
/// objects when it is initialised can lock threads out for ever.
final class PackedFormats {
    private static final List<PackedFormat> ALL = List.of(
            new PackedBytes(),
            new PackedNibbles(DType.Q4_0, 8, 15, List.of(new PackedFormat.Piece(0, 2, 1)), null),
            new PackedNibbles(DType.IQ4_NL, 128, 241, List.of(new PackedFormat.Piece(0, 2, 1)), LevelReader.UNEVEN),
            new PackedIq4Xs(),
            new PackedMxfp4(),
            new PackedLegacy(DType.Q4_1),
            new PackedLegacy(DType.Q5_0),
            new PackedLegacy(DType.Q5_1),
            new PackedQ2K(),
            new PackedQ3K(),
            new PackedQ4K(),
            new PackedQ5K(),
            new PackedQ6K());

    private PackedFormats() {}

    /// How a format is packed, null if it is not.
    static @Nullable PackedFormat of(DType type) {
        for (PackedFormat format : ALL) {
            if (format.type() == type) {
                return format;
            }
        }
        return null;
    }
}
