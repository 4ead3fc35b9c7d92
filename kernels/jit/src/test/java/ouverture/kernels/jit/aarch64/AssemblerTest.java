package ouverture.kernels.jit.aarch64;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import ouverture.kernels.jit.aarch64.Assembler.Condition;
import ouverture.kernels.jit.aarch64.Assembler.Label;

/// Compares with the GNU assembler. `encodings.txt` has the bytes of each line as
/// `aarch64-linux-gnu-as -march=armv8.6-a` (binutils 2.40) writes them.
class AssemblerTest {
    private static final Pattern VECTOR = Pattern.compile("[vqds](\\d+)(?:\\.(\\w+))?(?:\\[(\\d)])?");
    private static final Pattern MEMORY = Pattern.compile("(\\w+) \\{?(\\w+)[.\\w]*}?,\\[(\\w+)(?:,(\\d+))?]");

    private static final Vector V1 = new Vector(1);

    private final Set<Instruction> seen = EnumSet.noneOf(Instruction.class);

    @Test
    void writesWhatTheGnuAssemblerWrites() throws IOException {
        List<String> differences = new ArrayList<>();
        try (InputStream stream = AssemblerTest.class.getResourceAsStream("encodings.txt")) {
            List<String> lines =
                    new String(stream.readAllBytes(), US_ASCII).lines().toList();
            for (String line : lines) {
                String[] parts = line.split(" ", 2);
                String written = hex(assembler -> emit(assembler, parts[1]));
                if (!written.equals(parts[0])) {
                    differences.add(parts[1] + " is " + written + " where it should be " + parts[0]);
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(seen).containsExactly(Instruction.values());
    }

    private static String hex(Consumer<Assembler> text) {
        Assembler assembler = new Assembler();
        text.accept(assembler);
        return HexFormat.of().formatHex(assembler.code());
    }

    private void emit(Assembler assembler, String text) {
        String[] parts = text.split("[ ,]");
        String name = parts[0];
        String[] operands = Arrays.copyOfRange(parts, 1, parts.length);
        Matcher memory = MEMORY.matcher(text);
        if (memory.matches()) {
            emitMemory(assembler, memory);
        } else if (name.equals("movi")) {
            assembler.fillBytes(vector(operands[0]), Integer.parseInt(operands[1]));
        } else if (name.equals("stp")) {
            assembler.push(vector(operands[0]), vector(operands[1]));
        } else if (name.equals("ldp")) {
            assembler.pop(vector(operands[0]), vector(operands[1]));
        } else if (operands.length > 0 && VECTOR.matcher(operands[0]).matches() && !operands[0].equals("sp")) {
            emitVector(assembler, name, operands);
        } else {
            emitGeneral(assembler, name, operands);
        }
    }

    private void emitVector(Assembler assembler, String name, String[] operands) {
        Matcher first = matcher(VECTOR, operands[0]);
        Matcher last = VECTOR.matcher(operands[operands.length - 1]);
        boolean lane = last.matches() && last.group(3) != null;
        String arrangement = first.group(2) == null ? "s" : first.group(2);
        Instruction instruction = Instruction.valueOf(
                (name + "_" + arrangement + (lane ? "_lane" : "")).toUpperCase(Locale.ROOT));
        seen.add(instruction);
        Vector destination = vector(operands[0]);
        Vector source = vector(operands[1].replaceAll("[{}]", ""));
        if (operands.length == 2 && !lane) {
            assembler.emit(instruction, destination, source);
        } else if (operands.length == 2) {
            assembler.emit(instruction, destination, source, Integer.parseInt(last.group(3)));
        } else if (lane) {
            assembler.emit(instruction, destination, source, vector(operands[2]), Integer.parseInt(last.group(3)));
        } else if (last.matches()) {
            assembler.emit(instruction, destination, source, vector(operands[2]));
        } else {
            assembler.emit(instruction, destination, source, Integer.parseInt(operands[2]));
        }
    }

    private static void emitMemory(Assembler assembler, Matcher text) {
        String register = text.group(2);
        General base = general(text.group(3));
        int offset = text.group(4) == null ? 0 : Integer.parseInt(text.group(4));
        String form = text.group(1) + " " + register.charAt(0);
        switch (form) {
            case "ldr q" -> assembler.load(vector(register), base, offset);
            case "str q" -> assembler.store(vector(register), base, offset);
            case "ldr d" -> assembler.loadHalf(vector(register), base, offset);
            case "str d" -> assembler.storeHalf(vector(register), base, offset);
            case "ldr s" -> assembler.loadQuarter(vector(register), base, offset);
            case "str s" -> assembler.storeQuarter(vector(register), base, offset);
            case "ldr x" -> assembler.load(general(register), base, offset);
            case "str x" -> assembler.store(general(register), base, offset);
            case "prfm p" -> assembler.prefetch(base, offset);
            case "ld1r v" -> {
                if (text.group().contains("4s")) {
                    assembler.loadEverywhere(vector(register), base);
                } else {
                    assembler.loadBoth(vector(register), base);
                }
            }
            default -> throw new AssertionError(form);
        }
    }

    private static void emitGeneral(Assembler assembler, String name, String[] operands) {
        boolean number = operands.length > 0 && Character.isDigit(operands[operands.length - 1].charAt(0));
        int last = number ? Integer.parseInt(operands[operands.length - 1]) : 0;
        switch (name) {
            case "mov" -> {
                if (number) {
                    assembler.move(general(operands[0]), last);
                } else {
                    assembler.move(general(operands[0]), general(operands[1]));
                }
            }
            case "add" -> {
                if (operands.length > 3) {
                    assembler.add(general(operands[0]), general(operands[1]), general(operands[2]), last);
                } else {
                    assembler.add(general(operands[0]), general(operands[1]), last);
                }
            }
            case "sub" -> assembler.subtract(general(operands[0]), general(operands[1]), last);
            case "cmp" -> assembler.compare(general(operands[0]), last);
            case "ret" -> assembler.leave();
            case "svc" -> assembler.callSystem();
            default -> throw new AssertionError(name);
        }
    }

    private static Vector vector(String text) {
        return new Vector(Integer.parseInt(matcher(VECTOR, text).group(1)));
    }

    private static General general(String text) {
        return General.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static Matcher matcher(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        return matcher;
    }

    /// Distances, a long number and a constant, as `objdump -d` reads them back.
    @Test
    void countsDistancesInInstructions() {
        String written = hex(assembler -> {
            Label end = new Label();
            assembler.move(General.X9, 0x1234_0000_abcdL);
            Label start = assembler.here();
            assembler.compare(General.X1, 4);
            assembler.jump(Condition.LESS, end);
            assembler.jump(Condition.NOT_LESS, start);
            assembler.jump(Condition.EQUAL, start);
            assembler.jump(Condition.NOT_EQUAL, start);
            assembler.jumpIfZero(General.X2, end);
            assembler.jumpIfNotZero(General.X2, start);
            assembler.address(General.X3, start);
            assembler.jump(start);
            assembler.loadConstant(V1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
            assembler.jump(end);
            assembler.bind(end);
            assembler.leave();
        });
        assertThat(written)
                .isEqualTo("a97995d2" + "8946c2f2" + "3f1000f1" + "4b010054" + "caffff54" + "a0ffff54" + "81ffff54"
                        + "c20000b4" + "42ffffb5" + "23ffff10" + "f8ffff17" + "a100009c" + "01000014" + "c0035fd6"
                        + "0000000000000000" + "0102030405060708090a0b0c0d0e0f10");
    }

    @Test
    void refusesWhatAnInstructionCannotHold() {
        assertRefused("-4 where 0 to 4095", assembler -> assembler.load(V1, General.X0, -64));
        assertRefused("4096 where 0 to 4095", assembler -> assembler.load(V1, General.X0, 65536));
        assertRefused("24 is no multiple of 16", assembler -> assembler.store(V1, General.X0, 24));
        assertRefused("4096", assembler -> assembler.load(General.X1, General.X0, 32768));
        assertRefused("4097 where 0 to 4095", assembler -> assembler.add(General.X1, General.X0, 4097));
        assertRefused("-1", assembler -> assembler.subtract(General.X1, General.X0, -1));
        assertRefused("4096 where", assembler -> assembler.compare(General.X1, 4096 * 4096));
        assertRefused("shift of 64", assembler -> assembler.add(General.X1, General.X0, General.X2, 64));
        assertRefused("byte of 256", assembler -> assembler.fillBytes(V1, 256));
        assertRefused("lane of 4", assembler -> assembler.emit(Instruction.SDOT_4S_LANE, V1, V1, V1, 4));
        assertRefused("lane of -1", assembler -> assembler.emit(Instruction.DUP_4S_LANE, V1, V1, -1));
        assertRefused("shift of 8", assembler -> assembler.emit(Instruction.SHL_16B, V1, V1, 8));
        assertRefused("shift of 0", assembler -> assembler.emit(Instruction.USHR_16B, V1, V1, 0));
        assertRefused("other operands", assembler -> assembler.emit(Instruction.FADD_4S, V1, V1));
        assertRefused("takes no number", assembler -> assembler.emit(Instruction.FADD_4S, V1, V1, 1));
        assertRefused("stack pointer", assembler -> assembler.move(General.SP, General.X0));
        assertRefused("16 bytes", assembler -> assembler.loadConstant(V1, (byte) 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Vector(32));
    }

    @Test
    void refusesLabelsThatAreTooFarAwayOrNowhere() {
        int reach = 1 << 18;
        assertThat(backwards(reach)).isNotEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backwards(reach + 1))
                .withMessageContaining("distance of -262145");
        assertThat(forwards(reach - 1)).isNotEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> forwards(reach))
                .withMessageContaining("distance of 262144");
        Assembler assembler = new Assembler();
        Label label = new Label();
        assembler.jump(label);
        assertThatIllegalStateException().isThrownBy(assembler::code).withMessageContaining("nowhere");
        assembler.bind(label);
        assertThatIllegalStateException().isThrownBy(() -> assembler.bind(label));
    }

    private static byte[] backwards(int instructions) {
        Assembler assembler = new Assembler();
        Label start = assembler.here();
        for (int i = 0; i < instructions; i++) {
            assembler.leave();
        }
        assembler.jumpIfZero(General.X0, start);
        return assembler.code();
    }

    private static byte[] forwards(int instructions) {
        Assembler assembler = new Assembler();
        Label end = new Label();
        assembler.jump(Condition.EQUAL, end);
        for (int i = 0; i < instructions - 1; i++) {
            assembler.leave();
        }
        assembler.bind(end);
        return assembler.code();
    }

    private static void assertRefused(String reason, Consumer<Assembler> text) {
        ThrowingCallable writing = () -> text.accept(new Assembler());
        assertThatIllegalArgumentException().isThrownBy(writing).withMessageContaining(reason);
    }
}
