package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/// What the processor says of itself (instructions CPUID and XGETBV), as far as the system lets programs use it.
final class Processor {
    private static final int FMA = 1 << 12;
    private static final int SAVES_VECTORS = 1 << 27;
    private static final int AVX = 1 << 28;
    private static final int F16C = 1 << 29;

    private static final int AVX2 = 1 << 5;
    private static final int AVX512_F = 1 << 16;
    private static final int AVX512_DQ = 1 << 17;
    private static final int AVX512_BW = 1 << 30;
    private static final int AVX512_VL = 1 << 31;
    private static final int AVX512_VNNI = 1 << 11;
    private static final int AVX_VNNI = 1 << 4;

    /// Registers that the system keeps for each thread: 128 and 256 bits.
    private static final long STATE_256 = 0x6;

    /// Those, masks, and all of 32 registers of 512 bits.
    private static final long STATE_512 = 0xe6;

    private Processor() {}

    /// Everything this machine can run.
    ///
    /// @throws UnsupportedOperationException if the system does not let programs write machine code
    static Set<InstructionSet> instructionSets() {
        if (isArm(System.getProperty("os.arch", "unknown"))) {
            return ArmProcessor.instructionSets();
        }
        try (ExecutableMemory memory = new ExecutableMemory();
                Arena arena = Arena.ofConfined()) {
            MemorySegment identify = memory.install(identification());
            MemorySegment result = arena.allocate(JAVA_LONG, 4);
            int leaves = identify(identify, 0, 0, result)[0];
            int features = identify(identify, 1, 0, result)[2];
            int[] extended = leaves < 7 ? new int[4] : identify(identify, 7, 0, result);
            int[] more = extended[0] < 1 ? new int[4] : identify(identify, 7, 1, result);
            boolean saved = has(features, SAVES_VECTORS | AVX);
            long state = saved ? NativeCalls.call(memory.install(savedState()), 0, 0, 0, 0, 0, 0) : 0;
            return of(features, extended[1], extended[2], more[0], state);
        }
    }

    /// Whether a processor in Java's names is AArch64.
    static boolean isArm(String processor) {
        return processor.equals("aarch64");
    }

    /// Judges what CPUID and XGETBV say.
    ///
    /// @param features register ECX of leaf 1
    /// @param extended register EBX of leaf 7
    /// @param products register ECX of leaf 7
    /// @param more register EAX of subleaf 1 of leaf 7
    /// @param state register XCR0
    static Set<InstructionSet> of(int features, int extended, int products, int more, long state) {
        Set<InstructionSet> sets = EnumSet.noneOf(InstructionSet.class);
        boolean saved = has(features, SAVES_VECTORS | AVX) && (state & STATE_256) == STATE_256;
        if (saved && has(features, FMA | F16C) && has(extended, AVX2)) {
            sets.add(InstructionSet.AVX2);
            if (has(more, AVX_VNNI)) {
                sets.add(InstructionSet.AVX2_VNNI);
            }
            if (has(extended, AVX512_F | AVX512_DQ | AVX512_BW | AVX512_VL) && (state & STATE_512) == STATE_512) {
                sets.add(InstructionSet.AVX512);
                if (has(products, AVX512_VNNI)) {
                    sets.add(InstructionSet.AVX512_VNNI);
                }
            }
        }
        return sets;
    }

    private static boolean has(int features, int wanted) {
        return (features & wanted) == wanted;
    }

    /// Registers EAX, EBX, ECX and EDX of a leaf.
    private static int[] identify(MemorySegment code, long leaf, long subleaf, MemorySegment result) {
        NativeCalls.call(code, leaf, subleaf, result.address(), 0, 0, 0);
        int[] registers = new int[4];
        for (int i = 0; i < registers.length; i++) {
            registers[i] = (int) result.getAtIndex(JAVA_LONG, i);
        }
        return registers;
    }

    /// `identify(leaf, subleaf, result)`.
    private static byte[] identification() {
        Assembler assembler = new Assembler();
        assembler.push(General.RBX);
        assembler.move(General.R8, General.RDX);
        assembler.move(General.RAX, General.RDI);
        assembler.move(General.RCX, General.RSI);
        assembler.cpuid();
        assembler.store(Memory.at(General.R8, 0), General.RAX);
        assembler.store(Memory.at(General.R8, 8), General.RBX);
        assembler.store(Memory.at(General.R8, 16), General.RCX);
        assembler.store(Memory.at(General.R8, 24), General.RDX);
        assembler.pop(General.RBX);
        assembler.leave();
        return assembler.code();
    }

    /// The lower half of XCR0.
    private static byte[] savedState() {
        Assembler assembler = new Assembler();
        assembler.move(General.RCX, 0);
        assembler.xgetbv();
        assembler.leave();
        return assembler.code();
    }
}
