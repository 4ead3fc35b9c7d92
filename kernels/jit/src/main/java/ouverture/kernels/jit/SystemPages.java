package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;

/// Memory by whole pages, and what may be done with it. Linux.
final class SystemPages {
    private static final long READ_WRITE = 3;
    private static final long READ_EXECUTE = 5;
    private static final long PRIVATE_ANONYMOUS = 0x22;
    private static final long NO_RESERVE = 0x4000;
    private static final long NO_FILE = -1;
    private static final long FAILED = -1;
    private static final long WILL_NEED = 3;
    private static final long DO_NOT_NEED = 4;
    private static final long HUGE_PAGES = 14;

    /// Bytes of a page: 4096 on x86-64; on AArch64 some systems have larger ones.
    static final long PAGE = NativeCalls.call(NativeCalls.function("getpagesize"), 0, 0, 0, 0, 0, 0);

    private static final MemorySegment MAP = NativeCalls.function("mmap");
    private static final MemorySegment PROTECT = NativeCalls.function("mprotect");
    private static final MemorySegment UNMAP = NativeCalls.function("munmap");
    private static final MemorySegment ADVISE = NativeCalls.function("madvise");

    private SystemPages() {}

    /// Zeroed memory that takes none until it is touched.
    ///
    /// @return NULL if the system refuses
    @SuppressWarnings("restricted") // the size is what was asked for
    static MemorySegment map(long bytes) {
        long address = NativeCalls.call(MAP, 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS | NO_RESERVE, NO_FILE, 0);
        return address == FAILED
                ? MemorySegment.NULL
                : MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /// Gives memory of [#map] back.
    static void unmap(MemorySegment memory) {
        NativeCalls.call(UNMAP, memory.address(), memory.byteSize(), 0, 0, 0, 0);
    }

    /// Makes memory of [#map] executable and no longer writable, once: AArch64 fetches instructions through a
    /// cache that does not see what was written, and Linux makes it do so when a page becomes executable for the
    /// first time (function `__sync_icache_dcache` of its arch/arm64/mm/flush.c).
    ///
    /// @return whether the system lets programs do that
    static boolean makeExecutable(MemorySegment memory) {
        return (int) NativeCalls.call(PROTECT, memory.address(), memory.byteSize(), READ_EXECUTE, 0, 0, 0) == 0;
    }

    /// Asks for large pages, which are fewer to look up: with many threads and much memory that decides.
    static void useHugePages(MemorySegment memory) {
        NativeCalls.call(ADVISE, memory.address(), memory.byteSize(), HUGE_PAGES, 0, 0, 0);
    }

    /// Reads pages of a mapped file that are not in memory, without waiting for them.
    ///
    /// @param address where a page begins
    static void fetch(long address, long bytes) {
        NativeCalls.call(ADVISE, address, bytes, WILL_NEED, 0, 0, 0);
    }

    /// Takes the whole pages of a part of a mapped file out of the process's memory; when they are read again,
    /// they come from the file.
    static void drop(long address, long bytes) {
        long from = Math.ceilDiv(address, PAGE) * PAGE;
        long to = (address + bytes) / PAGE * PAGE;
        if (from < to) {
            NativeCalls.call(ADVISE, from, to - from, DO_NOT_NEED, 0, 0, 0);
        }
    }
}
