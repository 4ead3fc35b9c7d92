package ouverture.tensor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Functions of the C library that take and give whole numbers and addresses, where they are at hand: on Linux,
/// if native calls are allowed.
final class SystemLibrary {
    static final boolean AVAILABLE = System.getProperty("os.name", "").equals("Linux")
            && SystemLibrary.class.getModule().isNativeAccessEnabled();

    /// Linked on first use, and in the form that the kernels' native calls have too: a form of its own would
    /// cost 20 milliseconds.
    private static final class Linked {
        @SuppressWarnings("restricted") // callers know the signatures of the functions that they name
        private static final MethodHandle CALL = Linker.nativeLinker()
                .downcallHandle(
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                        Linker.Option.critical(false));
    }

    private SystemLibrary() {}

    /// A function by its name in the C library.
    @SuppressWarnings("restricted") // only looks it up
    static MemorySegment find(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }

    /// What a function of at most three numbers or addresses returns.
    static long call(MemorySegment function, long a, long b, long c) {
        try {
            return (long) Linked.CALL.invokeExact(function, a, b, c, 0L, 0L, 0L);
        } catch (Throwable e) {
            throw new AssertionError("the C library throws nothing", e);
        }
    }
}
