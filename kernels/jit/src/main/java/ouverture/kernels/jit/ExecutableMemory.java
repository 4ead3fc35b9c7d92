package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Pages of machine code: written first, then made executable and no longer writable, never both at once.
final class ExecutableMemory implements AutoCloseable {
    private final List<MemorySegment> pages = new ArrayList<>();

    /// Places code at the start of a page.
    ///
    /// @return where it can be called, until this is closed
    /// @throws UnsupportedOperationException if the system refuses
    MemorySegment install(byte[] code) {
        MemorySegment page = SystemPages.map(Math.ceilDiv(code.length, SystemPages.PAGE) * SystemPages.PAGE);
        if (page.equals(MemorySegment.NULL)) {
            throw new UnsupportedOperationException("the system gives no memory for machine code");
        }
        pages.add(page);
        MemorySegment.copy(code, 0, page, JAVA_BYTE, 0, code.length);
        if (!SystemPages.makeExecutable(page)) {
            throw new UnsupportedOperationException("the system does not let programs write machine code");
        }
        return page;
    }

    /// Gives the pages back; none of the code may run then.
    @Override
    public void close() {
        pages.forEach(SystemPages::unmap);
        pages.clear();
    }
}
