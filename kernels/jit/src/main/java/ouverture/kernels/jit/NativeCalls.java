package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Calls of native functions, all in one form: six integer registers in, one out. It serves the few functions of
/// the C library that are needed as well as our own code, because the System V calling convention passes all of
/// their arguments in these registers, and makes the start fast: each form costs 20 milliseconds there.
final class NativeCalls {
    private static final Linker LINKER = Linker.nativeLinker();

    /// Without a change of the thread's state, which none of the functions needs: all return soon.
    @SuppressWarnings("restricted") // the module's purpose
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.critical(false));

    private NativeCalls() {}

    /// A function of the C library.
    static MemorySegment function(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no function " + name));
    }

    /// Calls the code at an address. Arguments that it does not take are ignored.
    static long call(MemorySegment code, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) CALL.invokeExact(code, a, b, c, d, e, f);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new AssertionError("native code throws nothing", failure);
        }
    }
}
