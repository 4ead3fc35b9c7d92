package ouverture.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Large pieces of zeroed memory. An arena of Java's writes its zeros at once, which costs a model's start a
/// tenth of a second for each hundred megabytes; the C library's `calloc` leaves that to the system, page by
/// page when one is first touched. It serves on Linux where native calls are allowed, the arena elsewhere.
///
/// What lies behind the first two megabytes is asked for in huge pages: a long context, of which a step reads
/// all, needs fewer of them to be looked up, and a short one takes no more memory than it uses.
public final class ZeroedMemory {
    private static final long ALIGNMENT = 64;
    private static final long LARGE = 1 << 20;
    private static final long HUGE_PAGE = 2 << 20;

    /// Linux's `MADV_HUGEPAGE`.
    private static final long USE_HUGE_PAGES = 14;

    /// The C library's functions, looked up on first use.
    private static final class Library {
        private static final MemorySegment ALLOCATE = SystemLibrary.find("calloc");
        private static final MemorySegment FREE = SystemLibrary.find("free");
        private static final MemorySegment ADVISE = SystemLibrary.find("madvise");
    }

    private ZeroedMemory() {}

    /// Memory that lives as long as the arena, aligned to 64 bytes.
    ///
    /// @throws OutOfMemoryError if the system has not so much
    @SuppressWarnings("restricted") // exactly what calloc gave
    public static MemorySegment allocate(Arena arena, long bytes) {
        if (!SystemLibrary.AVAILABLE || bytes < LARGE || bytes > Long.MAX_VALUE - ALIGNMENT) {
            return arena.allocate(bytes, ALIGNMENT);
        }
        long address = SystemLibrary.call(Library.ALLOCATE, 1, bytes + ALIGNMENT, 0);
        if (address == 0) {
            throw new OutOfMemoryError("the system has no " + bytes + " bytes");
        }
        useHugePages(address + HUGE_PAGE, address + bytes);
        long aligned = Math.ceilDiv(address, ALIGNMENT) * ALIGNMENT;
        return MemorySegment.ofAddress(aligned)
                .reinterpret(bytes, arena, _ -> SystemLibrary.call(Library.FREE, address, 0, 0));
    }

    /// Asks for huge pages where whole ones fit; what the system makes of it is its own affair.
    private static void useHugePages(long from, long to) {
        long first = Math.ceilDiv(from, HUGE_PAGE) * HUGE_PAGE;
        long bytes = to / HUGE_PAGE * HUGE_PAGE - first;
        if (bytes > 0) {
            SystemLibrary.call(Library.ADVISE, first, bytes, USE_HUGE_PAGES);
        }
    }
}
