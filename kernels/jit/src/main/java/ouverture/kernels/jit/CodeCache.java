package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// The routines of one kernel set, written when they are first asked for. One thread at a time.
final class CodeCache implements AutoCloseable {
    private final InstructionSet set;
    private final ExecutableMemory memory = new ExecutableMemory();
    private final Map<String, MemorySegment> installed = new HashMap<>();
    private boolean closed;

    CodeCache(InstructionSet set) {
        this.set = set;
    }

    /// What the routines are written for.
    InstructionSet set() {
        return set;
    }

    /// The code of a routine.
    ///
    /// @throws IllegalStateException if this is closed
    MemorySegment get(MachineCode routine) {
        if (closed) {
            throw new IllegalStateException("these kernels are closed");
        }
        String name = routine.name();
        MemorySegment code = installed.get(name);
        if (code == null) {
            code = memory.install(routine.code(set));
            installed.put(name, code);
        }
        return code;
    }

    @Override
    public void close() {
        closed = true;
        installed.clear();
        memory.close();
    }
}
