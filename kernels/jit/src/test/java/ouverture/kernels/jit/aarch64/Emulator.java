package ouverture.kernels.jit.aarch64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import ouverture.kernels.jit.aarch64.Encoder.Label;

/// Runs a routine under QEMU's user mode emulation of AArch64, as a program of its own: a static ELF file with
/// the routine, what it reads and what it writes, and a few instructions that call it and write the results to
/// standard output. Behind each piece of memory lies a page that does not exist, so that a routine which touches
/// one byte too many fails.
public final class Emulator {
    private static final int PAGE = 4096;
    private static final long CODE = 0x40_0000;

    /// Where memory begins, and the distance from one piece to the next.
    private static final long MEMORY = 0x1000_0000;

    private static final long DISTANCE = 0x100_0000;

    private static final int ARGUMENTS = 6;

    /// Stands behind the arguments for what a routine must leave as it was.
    private static final int STATE = 16;

    private static final int HEADER = 64;
    private static final int SEGMENT = 56;

    /// What a routine must leave as it was: 10 registers from X19 on, then the stack pointer, behind which it is
    /// as it was before, then the lower halves of 8 vectors from the eighth on.
    private static final int GENERAL = 10;

    private static final int FIRST_GENERAL = 19;
    private static final int STACK = GENERAL * Long.BYTES;
    private static final int STACK_BEFORE = STACK + Long.BYTES;
    private static final int VECTORS = STACK_BEFORE + Long.BYTES;
    private static final int VECTOR = 16;
    private static final int VECTOR_COUNT = 8;
    private static final int STATE_BYTES = VECTORS + VECTOR_COUNT * VECTOR;

    private static final int EXIT = 93;
    private static final int WRITE = 64;

    private final Path program;
    private final Path folder;

    private Emulator(Path program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /// Something to call a routine with.
    public sealed interface Argument {}

    /// A number.
    public record Number(long value) implements Argument {}

    /// The address of memory.
    ///
    /// @param bytes that it holds
    /// @param written whether the result is wanted
    public record Memory(byte[] bytes, boolean written) implements Argument {}

    /// The emulator of this machine; ends the test if there is none.
    ///
    /// @param folder for programs
    public static Emulator find(Path folder) {
        List<Path> programs = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(place ->
                        Stream.of("qemu-aarch64", "qemu-aarch64-static").map(name -> Path.of(place, name)))
                .filter(Files::isExecutable)
                .toList();
        assumeTrue(!programs.isEmpty(), "no qemu-aarch64 here (Debian package qemu-user-static)");
        return new Emulator(programs.getFirst(), folder);
    }

    /// Calls a routine and returns what its memory holds then, in the order of its arguments.
    ///
    /// @param arguments those from the seventh on are memory that others point to
    public List<byte[]> call(byte[] routine, Argument... arguments) throws IOException, InterruptedException {
        assertThat(arguments.length).isLessThan(STATE);
        Path file = Files.createTempFile(folder, "routine", ".elf");
        Files.write(file, program(routine, arguments));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(program.toString(), "-cpu", "max", file.toString())
                .redirectErrorStream(true)
                .start();
        ByteBuffer output =
                ByteBuffer.wrap(process.getInputStream().readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(process.waitFor())
                .as(() -> new String(output.array(), UTF_8))
                .isZero();
        checkState(output);
        output.position(STATE_BYTES);
        List<byte[]> results = new ArrayList<>();
        for (Argument argument : arguments) {
            if (argument instanceof Memory memory && memory.written) {
                byte[] result = new byte[memory.bytes.length];
                output.get(result);
                results.add(result);
            }
        }
        assertThat(output.hasRemaining()).isFalse();
        return results;
    }

    private static void checkState(ByteBuffer state) {
        for (int i = 0; i < GENERAL; i++) {
            assertThat(state.getLong(i * Long.BYTES))
                    .as("X%s, which a routine must keep", FIRST_GENERAL + i)
                    .isEqualTo(kept(i));
        }
        assertThat(state.getLong(STACK)).as("stack pointer").isEqualTo(state.getLong(STACK_BEFORE));
        for (int i = 0; i < VECTOR_COUNT; i++) {
            assertThat(state.getLong(VECTORS + i * VECTOR))
                    .as("vector %s, whose lower half a routine must keep", VECTOR_COUNT + i)
                    .isEqualTo(kept(GENERAL + i));
        }
    }

    private static long kept(int index) {
        return 0x1234_5678_9abc_def0L * (index + 1);
    }

    /// Where the memory of an argument lies: at the end of its pages.
    public static long address(int index, int bytes) {
        return MEMORY + index * DISTANCE + pages(bytes) - bytes;
    }

    private static int pages(int bytes) {
        return Math.ceilDiv(bytes, PAGE) * PAGE;
    }

    private static byte[] program(byte[] routine, Argument[] arguments) {
        byte[] code = code(routine, arguments);
        List<Integer> pieces = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof Memory memory) {
                pieces.add(i);
                contents.add(memory.bytes);
            }
        }
        pieces.add(STATE);
        contents.add(new byte[STATE_BYTES]);
        int size = PAGE
                + pages(code.length)
                + contents.stream().mapToInt(bytes -> pages(bytes.length)).sum();
        ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        // ELF64, little endian, executable, AArch64 (183); System V ABI, "ELF-64 Object File Format".
        file.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        file.putShort((short) 2).putShort((short) 183).putInt(1).putLong(CODE).putLong(HEADER);
        file.putLong(0).putInt(0).putShort((short) HEADER).putShort((short) SEGMENT);
        file.putShort((short) (pieces.size() + 1)).putShort((short) 0).putInt(0);
        int offset = PAGE;
        segment(file, 5, offset, CODE, code.length);
        file.put(offset, code);
        offset += pages(code.length);
        for (int i = 0; i < pieces.size(); i++) {
            int pages = pages(contents.get(i).length);
            segment(file, 6, offset, MEMORY + pieces.get(i) * DISTANCE, pages);
            offset += pages;
            file.put(offset - contents.get(i).length, contents.get(i));
        }
        return file.array();
    }

    /// @param flags 4 to read, with 2 to write or 1 to execute
    private static void segment(ByteBuffer file, int flags, long offset, long address, long bytes) {
        file.putInt(1).putInt(flags).putLong(offset).putLong(address).putLong(address);
        file.putLong(bytes).putLong(bytes).putLong(PAGE);
    }

    /// What calls the routine, then the routine at a multiple of 16 bytes.
    private static byte[] code(byte[] routine, Argument[] arguments) {
        byte[] caller = caller(arguments, 0);
        int rest = caller.length % 16 / Integer.BYTES;
        byte[] aligned = caller(arguments, (4 - rest) % 4);
        return ByteBuffer.allocate(aligned.length + routine.length)
                .put(aligned)
                .put(routine)
                .array();
    }

    /// @param padding instructions before the routine
    private static byte[] caller(Argument[] arguments, int padding) {
        Encoder encoder = new Encoder();
        Label start = new Label();
        Label back = new Label();
        long saved = address(STATE, STATE_BYTES);
        encoder.move(Register.X9, saved);
        saveStack(encoder, STACK_BEFORE);
        for (int i = 0; i < GENERAL; i++) {
            encoder.move(general(i), kept(i));
        }
        for (int i = 0; i < VECTOR_COUNT; i++) {
            encoder.move(Register.X10, kept(GENERAL + i));
            encoder.store(Register.X10, Register.X9, 0, Long.BYTES);
            encoder.loadHalf(new VectorRegister(VECTOR_COUNT + i), Register.X9, 0);
        }
        for (int i = 0; i < Math.min(ARGUMENTS, arguments.length); i++) {
            long value = switch (arguments[i]) {
                case Number number -> number.value;
                case Memory memory -> address(i, memory.bytes.length);
            };
            encoder.move(Register.values()[i], value);
        }
        encoder.address(Register.X30, back);
        encoder.jump(start);
        encoder.bind(back);
        encoder.move(Register.X9, saved);
        for (int i = 0; i < GENERAL; i++) {
            encoder.store(general(i), Register.X9, i * Long.BYTES, Long.BYTES);
        }
        saveStack(encoder, STACK);
        for (int i = 0; i < VECTOR_COUNT; i++) {
            encoder.store(new VectorRegister(VECTOR_COUNT + i), Register.X9, VECTORS + i * VECTOR);
        }
        write(encoder, saved, STATE_BYTES);
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof Memory memory && memory.written) {
                write(encoder, address(i, memory.bytes.length), memory.bytes.length);
            }
        }
        encoder.move(Register.X0, 0);
        encoder.move(Register.X8, EXIT);
        encoder.callSystem();
        for (int i = 0; i < padding; i++) {
            encoder.leave();
        }
        encoder.bind(start);
        return encoder.code();
    }

    private static Register general(int index) {
        return Register.values()[FIRST_GENERAL + index];
    }

    private static void saveStack(Encoder encoder, int offset) {
        encoder.add(Register.X10, Register.SP, 0);
        encoder.store(Register.X10, Register.X9, offset, Long.BYTES);
    }

    private static void write(Encoder encoder, long address, int bytes) {
        encoder.move(Register.X0, 1);
        encoder.move(Register.X1, address);
        encoder.move(Register.X2, bytes);
        encoder.move(Register.X8, WRITE);
        encoder.callSystem();
    }
}
