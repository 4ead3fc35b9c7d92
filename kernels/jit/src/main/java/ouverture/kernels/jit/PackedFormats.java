package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// The formats whose weights are packed. Not in [PackedFormat] itself: a class that makes its subclasses'
/// objects when it is initialised can lock threads out for ever.
final class PackedFormats {
    private static final List<PackedFormat.Piece> HALF_SCALE = List.of(new PackedFormat.Piece(0, 2, 1));

    static final List<PackedFormat> ALL = List.of(
            new PackedBytes(),
            new PackedNibbles(DType.Q4_0, 8, HALF_SCALE, null),
            new PackedNibbles(DType.IQ4_NL, 128, HALF_SCALE, LevelReader.UNEVEN),
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
}
