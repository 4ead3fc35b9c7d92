package ouverture.kernels.jit;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.PackedStore;
import ouverture.tensor.Tensor;

/// Where the strips of each tensor of a model file, and a check of each strip, lie in the file of its packed
/// weights. That is known from the tensors alone: processes that fill a file at the same time write the same
/// bytes to the same places.
final class PackedPlan {
    /// Where the checks begin: behind the header.
    static final long CHECKS = 4096;

    /// Large tensors begin where huge pages do.
    static final long HUGE_PAGE = 2 << 20;

    private static final long CACHE_LINE = 64;

    private final NavigableMap<Long, Place> places = new TreeMap<>();
    private final long bytes;

    /// The place of a tensor, or of some strips of one.
    ///
    /// @param offset of its first strip in the file
    /// @param check index of its first strip's check
    /// @param strips of a plane
    record Place(Tensor weight, long offset, long check, int strips, long stripBytes) {
        private Place(Tensor weight, long offset, long check) {
            this(weight, offset, check, Strips.count(weight), Strips.ROWS * weight.rowBytes());
        }

        /// Checks of all planes.
        private long checks() {
            return (long) weight.planes() * strips;
        }

        /// The place of a tensor that has some of this one's rows; null if its strips are not whole strips of
        /// this one.
        private @Nullable Place part(Tensor other) {
            long from = other.data().address() - weight.data().address();
            if (from == 0 && other.planes() == weight.planes() && other.rows() == weight.rows()) {
                return this;
            }
            long first = from / stripBytes;
            long end = first * Strips.ROWS + other.rows();
            boolean whole = other.rows() % Strips.ROWS == 0 || end == weight.rows();
            if (weight.planes() > 1 || other.planes() > 1 || from % stripBytes != 0 || end > weight.rows() || !whole) {
                return null;
            }
            return new Place(other, offset + first * stripBytes, check + first, Strips.count(other), stripBytes);
        }
    }

    /// Plans the file of a source.
    ///
    /// @param set for whose products weights are packed
    PackedPlan(PackedStore.Source source, InstructionSet set) {
        long checks = 0;
        for (Tensor tensor : source.tensors()) {
            checks += isPacked(tensor, set) ? new Place(tensor, 0, 0).checks() : 0;
        }
        long end = CHECKS + checks * Long.BYTES;
        checks = 0;
        for (Tensor tensor : source.tensors()) {
            if (isPacked(tensor, set)) {
                long length = PackedMatrices.bytes(tensor);
                long offset = aligned(end, length < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE);
                Place place = new Place(tensor, offset, checks);
                places.put(tensor.data().address(), place);
                checks += place.checks();
                end = offset + length;
            }
        }
        bytes = end;
    }

    private static boolean isPacked(Tensor tensor, InstructionSet set) {
        return tensor.data().isMapped()
                && tensor.rows() > 0
                && tensor.columns() % Strips.PART == 0
                && PackedLayout.of(tensor.type(), set) != null;
    }

    private static long aligned(long offset, long unit) {
        return Math.ceilDiv(offset, unit) * unit;
    }

    /// Whether there is nothing to keep.
    boolean isEmpty() {
        return places.isEmpty();
    }

    /// The places of all tensors, in the file's order.
    List<Place> places() {
        return places.values().stream()
                .sorted(Comparator.comparingLong(Place::offset))
                .toList();
    }

    /// Length of the file.
    long bytes() {
        return bytes;
    }

    /// The place of a tensor, or of whole strips of one; null if it has none.
    @Nullable
    Place find(Tensor weight) {
        Map.Entry<Long, Place> below = places.floorEntry(weight.data().address());
        if (below == null) {
            return null;
        }
        Tensor tensor = below.getValue().weight;
        boolean same = tensor.type() == weight.type()
                && tensor.columns() == weight.columns()
                && tensor.data().scope().equals(weight.data().scope());
        return same ? below.getValue().part(weight) : null;
    }
}
