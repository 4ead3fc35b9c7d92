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
import ouverture.kernels.jit.aarch64.Encoder.Label;

/// Compares with the GNU assembler. `encodings.txt` has the bytes of each line as
/// `aarch64-linux-gnu-as -march=armv8.6-a` (binutils 2.40) writes them.
class EncoderTest {
    private static final Pattern VECTOR = Pattern.compile("[vqds](\\d+)(?:\\.(\\w+))?(?:\\[(\\d)])?");
    private static final Pattern MEMORY = Pattern.compile("(\\w+) (\\w+),\\[(\\w+)(?:,(-?\\d+))?]");

    private static final VectorRegister V1 = new VectorRegister(1);

    private final Set<Operation> seen = EnumSet.noneOf(Operation.class);

    @Test
    void writesWhatTheGnuAssemblerWrites() throws IOException {
        List<String> differences = new ArrayList<>();
        try (InputStream stream = EncoderTest.class.getResourceAsStream("encodings.txt")) {
            List<String> lines =
                    new String(stream.readAllBytes(), US_ASCII).lines().toList();
            for (String line : lines) {
                String[] parts = line.split(" ", 2);
                String written = hex(encoder -> emit(encoder, parts[1]));
                if (!written.equals(parts[0])) {
                    differences.add(parts[1] + " is " + written + " where it should be " + parts[0]);
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(seen).containsExactly(Operation.values());
    }

    private static String hex(Consumer<Encoder> text) {
        Encoder encoder = new Encoder();
        text.accept(encoder);
        return HexFormat.of().formatHex(encoder.code());
    }

    private void emit(Encoder encoder, String text) {
        String[] parts = text.split("[ ,]");
        String name = parts[0];
        String[] operands = Arrays.copyOfRange(parts, 1, parts.length);
        Matcher memory = MEMORY.matcher(text);
        if (memory.matches()) {
            emitMemory(encoder, memory);
        } else if (name.equals("movi")) {
            encoder.fillBytes(vector(operands[0]), Integer.parseInt(operands[1]));
        } else if (name.equals("stp")) {
            encoder.push(vector(operands[0]), vector(operands[1]));
        } else if (name.equals("ldp")) {
            encoder.pop(vector(operands[0]), vector(operands[1]));
        } else if (operands.length > 0 && VECTOR.matcher(operands[0]).matches() && !operands[0].equals("sp")) {
            emitVector(encoder, name, operands);
        } else {
            emitGeneral(encoder, name, operands);
        }
    }

    private void emitVector(Encoder encoder, String name, String[] operands) {
        Matcher first = matcher(VECTOR, operands[0]);
        Matcher last = VECTOR.matcher(operands[operands.length - 1]);
        boolean lane = last.matches() && last.group(3) != null;
        String arrangement = first.group(2) == null ? "s" : first.group(2);
        Operation instruction =
                Operation.valueOf((name + "_" + arrangement + (lane ? "_lane" : "")).toUpperCase(Locale.ROOT));
        seen.add(instruction);
        VectorRegister destination = vector(operands[0]);
        VectorRegister source = vector(operands[1].replaceAll("[{}]", ""));
        if (operands.length == 2 && !lane) {
            encoder.emit(instruction, destination, source);
        } else if (operands.length == 2) {
            encoder.emit(instruction, destination, source, Integer.parseInt(last.group(3)));
        } else if (lane) {
            encoder.emit(instruction, destination, source, vector(operands[2]), Integer.parseInt(last.group(3)));
        } else if (last.matches()) {
            encoder.emit(instruction, destination, source, vector(operands[2]));
        } else {
            encoder.emit(instruction, destination, source, Integer.parseInt(operands[2]));
        }
    }

    private static void emitMemory(Encoder encoder, Matcher text) {
        String register = text.group(2);
        Register base = general(text.group(3));
        int offset = text.group(4) == null ? 0 : Integer.parseInt(text.group(4));
        String form = text.group(1) + " " + register.charAt(0);
        switch (form) {
            case "ldr q" -> encoder.load(vector(register), base, offset);
            case "str q" -> encoder.store(vector(register), base, offset);
            case "ldr d" -> encoder.loadHalf(vector(register), base, offset);
            case "ldr s" -> encoder.loadQuarter(vector(register), base, offset);
            case "str s" -> encoder.storeQuarter(vector(register), base, offset);
            case "ldurb w" -> encoder.load(general(register), base, offset, 1);
            case "ldurh w" -> encoder.load(general(register), base, offset, 2);
            case "ldur w" -> encoder.load(general(register), base, offset, 4);
            case "ldur x" -> encoder.load(general(register), base, offset, 8);
            case "strb w" -> encoder.store(general(register), base, offset, 1);
            case "strh w" -> encoder.store(general(register), base, offset, 2);
            case "str w" -> encoder.store(general(register), base, offset, 4);
            case "str x" -> encoder.store(general(register), base, offset, 8);
            default -> throw new AssertionError(form);
        }
    }

    private static void emitGeneral(Encoder encoder, String name, String[] operands) {
        boolean number = operands.length > 0 && Character.isDigit(operands[operands.length - 1].charAt(0));
        int last = number ? Integer.parseInt(operands[operands.length - 1]) : 0;
        switch (name) {
            case "mov" -> {
                if (number) {
                    encoder.move(general(operands[0]), last);
                } else {
                    encoder.move(general(operands[0]), general(operands[1]));
                }
            }
            case "add" -> {
                if (operands.length > 3) {
                    encoder.add(general(operands[0]), general(operands[1]), general(operands[2]), last);
                } else {
                    encoder.add(general(operands[0]), general(operands[1]), last);
                }
            }
            case "sub" -> encoder.subtract(general(operands[0]), general(operands[1]), last);
            case "cmp" -> encoder.compare(general(operands[0]), last);
            case "ret" -> encoder.leave();
            case "svc" -> encoder.callSystem();
            default -> throw new AssertionError(name);
        }
    }

    private static VectorRegister vector(String text) {
        return new VectorRegister(Integer.parseInt(matcher(VECTOR, text).group(1)));
    }

    private static Register general(String text) {
        return Register.valueOf(text.toUpperCase(Locale.ROOT).replace('W', 'X'));
    }

    private static Matcher matcher(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        return matcher;
    }

    /// Distances, a long number and a constant, as `objdump -d` reads them back.
    @Test
    void countsDistancesInInstructions() {
        String written = hex(encoder -> {
            Label end = new Label();
            encoder.move(Register.X9, 0x1234_0000_abcdL);
            Label start = encoder.here();
            encoder.compare(Register.X1, 4);
            encoder.jumpIfLess(end);
            encoder.jumpIfZero(Register.X2, end);
            encoder.jumpIfNotZero(Register.X2, start);
            encoder.address(Register.X3, start);
            encoder.jump(start);
            encoder.loadConstant(V1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
            encoder.jump(end);
            encoder.bind(end);
            encoder.leave();
        });
        assertThat(written)
                .isEqualTo("a97995d2" + "8946c2f2" + "3f1000f1" + "eb000054" + "c20000b4" + "a2ffffb5" + "83ffff10"
                        + "fbffff17" + "8100009c" + "01000014" + "c0035fd6" + "00000000"
                        + "0102030405060708090a0b0c0d0e0f10");
    }

    @Test
    void refusesWhatAnInstructionCannotHold() {
        assertRefused("-4 where 0 to 4095", encoder -> encoder.load(V1, Register.X0, -64));
        assertRefused("4096 where 0 to 4095", encoder -> encoder.load(V1, Register.X0, 65536));
        assertRefused("24 is no multiple of 16", encoder -> encoder.store(V1, Register.X0, 24));
        assertRefused("-257 where -256 to 255", encoder -> encoder.load(Register.X1, Register.X0, -257, 1));
        assertRefused("256", encoder -> encoder.load(Register.X1, Register.X0, 256, 8));
        assertRefused("4096", encoder -> encoder.store(Register.X1, Register.X0, 8192, 2));
        assertRefused("moves 3 bytes", encoder -> encoder.store(Register.X1, Register.X0, 0, 3));
        assertRefused("size of 4", encoder -> encoder.store(Register.X1, Register.X0, 0, 16));
        assertRefused("4097 where 0 to 4095", encoder -> encoder.add(Register.X1, Register.X0, 4097));
        assertRefused("-1", encoder -> encoder.subtract(Register.X1, Register.X0, -1));
        assertRefused("4096 where", encoder -> encoder.compare(Register.X1, 4096 * 4096));
        assertRefused("shift of 64", encoder -> encoder.add(Register.X1, Register.X0, Register.X2, 64));
        assertRefused("byte of 256", encoder -> encoder.fillBytes(V1, 256));
        assertRefused("lane of 4", encoder -> encoder.emit(Operation.SDOT_4S_LANE, V1, V1, V1, 4));
        assertRefused("lane of -1", encoder -> encoder.emit(Operation.DUP_4S_LANE, V1, V1, -1));
        assertRefused("shift of 8", encoder -> encoder.emit(Operation.SHL_16B, V1, V1, 8));
        assertRefused("shift of 0", encoder -> encoder.emit(Operation.USHR_16B, V1, V1, 0));
        assertRefused("other operands", encoder -> encoder.emit(Operation.FADD_4S, V1, V1));
        assertRefused("takes no number", encoder -> encoder.emit(Operation.FADD_4S, V1, V1, 1));
        assertRefused("stack pointer", encoder -> encoder.move(Register.SP, Register.X0));
        assertRefused("16 bytes", encoder -> encoder.loadConstant(V1, (byte) 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new VectorRegister(32));
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
        Encoder encoder = new Encoder();
        Label label = new Label();
        encoder.jump(label);
        assertThatIllegalStateException().isThrownBy(encoder::code).withMessageContaining("nowhere");
        encoder.bind(label);
        assertThatIllegalStateException().isThrownBy(() -> encoder.bind(label));
    }

    private static byte[] backwards(int instructions) {
        Encoder encoder = new Encoder();
        Label start = encoder.here();
        for (int i = 0; i < instructions; i++) {
            encoder.leave();
        }
        encoder.jumpIfZero(Register.X0, start);
        return encoder.code();
    }

    private static byte[] forwards(int instructions) {
        Encoder encoder = new Encoder();
        Label end = new Label();
        encoder.jumpIfLess(end);
        for (int i = 0; i < instructions - 1; i++) {
            encoder.leave();
        }
        encoder.bind(end);
        return encoder.code();
    }

    private static void assertRefused(String reason, Consumer<Encoder> text) {
        ThrowingCallable writing = () -> text.accept(new Encoder());
        assertThatIllegalArgumentException().isThrownBy(writing).withMessageContaining(reason);
    }
}
