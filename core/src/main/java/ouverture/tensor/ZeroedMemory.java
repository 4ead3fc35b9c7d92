package ouverture.tensor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Large pieces of zeroed memory. An arena of Java's writes its zeros at once, which costs a model's start a tenth of
/// a second for each hundred megabytes; the C library's `calloc` leaves that to the system, page by page when one is
/// first touched. It serves on Linux where native calls are allowed, the arena elsewhere.
public final class ZeroedMemory {
    private static final long ALIGNMENT = 64;
    private static final long LARGE = 1 << 20;
    private static final boolean LAZY = System.getProperty("os.name", "").equals("Linux")
            && ZeroedMemory.class.getModule().isNativeAccessEnabled();

    /// The C library, linked on first use.
    private static final class Library {
        /// The form that the kernels' native calls have too: a form of its own would cost 20 milliseconds.
        @SuppressWarnings("restricted") // both functions have the signatures of the C standard
        private static final MethodHandle CALL = Linker.nativeLinker()
                .downcallHandle(
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                        Linker.Option.critical(false));

        private static final MemorySegment ALLOCATE =
                Linker.nativeLinker().defaultLookup().findOrThrow("calloc");
        private static final MemorySegment FREE =
                Linker.nativeLinker().defaultLookup().findOrThrow("free");

        static long call(MemorySegment function, long a, long b) {
            try {
                return (long) CALL.invokeExact(function, a, b, 0L, 0L, 0L, 0L);
            } catch (Throwable e) {
                throw new AssertionError("the C library throws nothing", e);
            }
        }
    }

    private ZeroedMemory() {}

    /// Memory that lives as long as the arena, aligned to 64 bytes.
    ///
    /// @throws OutOfMemoryError if the system has not so much
    @SuppressWarnings("restricted") // exactly what calloc gave
    public static MemorySegment allocate(Arena arena, long bytes) {
        if (!LAZY || bytes < LARGE || bytes > Long.MAX_VALUE - ALIGNMENT) {
            return arena.allocate(bytes, ALIGNMENT);
        }
        long address = Library.call(Library.ALLOCATE, 1, bytes + ALIGNMENT);
        if (address == 0) {
            throw new OutOfMemoryError("the system has no " + bytes + " bytes");
        }
        long aligned = Math.ceilDiv(address, ALIGNMENT) * ALIGNMENT;
        return MemorySegment.ofAddress(aligned).reinterpret(bytes, arena, _ -> Library.call(Library.FREE, address, 0));
    }
}
