package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Memory of packed weights, one piece after another in huge pages, so that little of the last page of each is
/// lost. It takes real memory when it is written.
final class PackedMemory implements AutoCloseable {
    private static final long HUGE_PAGE = 2 << 20;
    private static final long REGION_MIN = 1 << 30;
    private static final long CACHE_LINE = 64;

    private final List<MemorySegment> regions = new ArrayList<>();
    private MemorySegment free = MemorySegment.NULL;

    /// A piece of memory that begins with a line of the cache.
    ///
    /// @return NULL if the system gives none
    MemorySegment allocate(long bytes) {
        long whole = Math.ceilDiv(bytes, CACHE_LINE) * CACHE_LINE;
        if (free.byteSize() < whole) {
            long usable = Math.max(REGION_MIN, Math.ceilDiv(whole, HUGE_PAGE) * HUGE_PAGE);
            MemorySegment region = SystemPages.map(usable + HUGE_PAGE);
            if (region.equals(MemorySegment.NULL)) {
                return region;
            }
            regions.add(region);
            SystemPages.useHugePages(region);
            long skip = -region.address() & HUGE_PAGE - 1;
            free = region.asSlice(skip, usable);
        }
        MemorySegment piece = free.asSlice(0, bytes);
        free = free.asSlice(whole);
        return piece;
    }

    @Override
    public void close() {
        regions.forEach(SystemPages::unmap);
        regions.clear();
        free = MemorySegment.NULL;
    }
}
