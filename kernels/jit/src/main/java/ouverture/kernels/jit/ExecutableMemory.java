package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Pages of machine code: written first, then made executable and no longer writable, never both at once. Linux.
final class ExecutableMemory implements AutoCloseable {
    private static final long PAGE = 4096;
    private static final long READ_WRITE = 3;
    private static final long READ_EXECUTE = 5;
    private static final long PRIVATE_ANONYMOUS = 0x22;
    private static final long NO_FILE = -1;
    private static final long FAILED = -1;

    private static final MemorySegment MAP = NativeCalls.function("mmap");
    private static final MemorySegment PROTECT = NativeCalls.function("mprotect");
    private static final MemorySegment UNMAP = NativeCalls.function("munmap");

    private final List<MemorySegment> pages = new ArrayList<>();

    /// Places code at the start of a page.
    ///
    /// @return where it can be called, until this is closed
    /// @throws UnsupportedOperationException if the system refuses
    @SuppressWarnings("restricted") // the size is what was asked for
    MemorySegment install(byte[] code) {
        long bytes = Math.ceilDiv(code.length, PAGE) * PAGE;
        long address = NativeCalls.call(MAP, 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, NO_FILE, 0);
        if (address == FAILED) {
            throw new UnsupportedOperationException("the system gives no memory for machine code");
        }
        MemorySegment page = MemorySegment.ofAddress(address).reinterpret(bytes);
        pages.add(page);
        MemorySegment.copy(code, 0, page, JAVA_BYTE, 0, code.length);
        if ((int) NativeCalls.call(PROTECT, address, bytes, READ_EXECUTE, 0, 0, 0) != 0) {
            throw new UnsupportedOperationException("the system does not let programs write machine code");
        }
        return page;
    }

    /// Gives the pages back; none of the code may run then.
    @Override
    public void close() {
        for (MemorySegment page : pages) {
            NativeCalls.call(UNMAP, page.address(), page.byteSize(), 0, 0, 0, 0);
        }
        pages.clear();
    }
}
