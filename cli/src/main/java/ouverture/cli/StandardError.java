package ouverture.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Takes back standard error from the launcher, which filters it until the program runs (see the script
/// `ouverture`).
final class StandardError {
    private static final int STANDARD_ERROR = 2;

    private StandardError() {}

    /// Makes the descriptor that property `ouverture.stderr` names the standard error again, and waits until the
    /// filter, a child process, has passed on what it had and ended. Without the property nothing happens.
    static void restore() {
        Integer original = Integer.getInteger("ouverture.stderr");
        if (original == null) {
            return;
        }
        try {
            var _ = (int) function("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT))
                    .invokeExact((int) original, STANDARD_ERROR);
            int filter = Integer.getInteger("ouverture.stderr.filter", 0);
            if (filter > 0) {
                var _ = (int) function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                        .invokeExact(filter, MemorySegment.NULL, 0);
            }
        } catch (Throwable e) {
            throw new LinkageError("the system has no dup2 or waitpid", e);
        }
    }

    @SuppressWarnings("restricted") // two functions of the C library, called with the types that POSIX gives them
    private static MethodHandle function(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }
}
