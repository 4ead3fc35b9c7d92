package ouverture.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/// Memory that ends where a page begins that nothing may touch: machine code that reads one byte too far ends the
/// process at once. Linux; elsewhere it is ordinary memory.
@SuppressWarnings("restricted") // POSIX calls with the signatures of their manual pages
final class GuardPages implements Arena {
    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");
    private static final long PAGE = 1 << 16; // at least, on any machine
    private static final int NO_ACCESS = 0;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    /// The functions of the C library; made on first use.
    private static final class Library {
        static final MethodHandle MAP = function(
                "mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
        static final MethodHandle PROTECT =
                function("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        static final MethodHandle UNMAP = function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

        private static MethodHandle function(String name, FunctionDescriptor form) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), form);
        }
    }

    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> mapped = new ArrayList<>();

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        if (!LINUX) {
            return arena.allocate(bytes, alignment);
        }
        long pages = Math.ceilDiv(Math.max(1, bytes), PAGE) * PAGE;
        try {
            MemorySegment all = (MemorySegment)
                    Library.MAP.invokeExact(MemorySegment.NULL, pages + 2 * PAGE, NO_ACCESS, PRIVATE_ANONYMOUS, -1, 0L);
            assertThat(all.address()).as("address of new pages").isNotEqualTo(-1);
            mapped.add(all.reinterpret(pages + 2 * PAGE));
            MemorySegment usable = MemorySegment.ofAddress(all.address() + PAGE);
            assertThat((int) Library.PROTECT.invokeExact(usable, pages, READ_WRITE))
                    .isZero();
            long start = usable.address() + (pages - bytes) / alignment * alignment;
            return MemorySegment.ofAddress(start).reinterpret(bytes, arena, null);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    @Override
    public void close() {
        arena.close();
        for (MemorySegment pages : mapped) {
            try {
                assertThat((int) Library.UNMAP.invokeExact(pages, pages.byteSize()))
                        .isZero();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
        mapped.clear();
    }
}
