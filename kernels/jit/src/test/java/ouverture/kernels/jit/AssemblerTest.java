package ouverture.kernels.jit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Compares with the GNU assembler. `encodings.txt` has its bytes for each line of Intel syntax, as listed by
/// `as -aln` (binutils 2.40) of the same text; VPDPBUSD with short registers was written with `{vex}`.
class AssemblerTest {
    private static final Pattern VECTOR = Pattern.compile("([xyz])mm(\\d+)");
    private static final Pattern MEMORY = Pattern.compile("\\[(\\w+)(?:\\+(\\w+)\\*(\\d))?([+-]\\d+)?](\\{1to16})?");

    private final Set<Instruction> seen = EnumSet.noneOf(Instruction.class);

    @Test
    void writesWhatTheGnuAssemblerWrites() throws IOException {
        List<String> differences = new ArrayList<>();
        try (InputStream stream = AssemblerTest.class.getResourceAsStream("encodings.txt")) {
            List<String> lines =
                    new String(stream.readAllBytes(), US_ASCII).lines().toList();
            for (String line : lines) {
                String[] parts = line.split(" ", 2);
                String written = hex(parts[1]);
                if (!written.equals(parts[0])) {
                    differences.add(parts[1] + " is " + written + " where it should be " + parts[0]);
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(seen).containsExactly(Instruction.values());
    }

    private String hex(String text) {
        Assembler assembler = new Assembler();
        String[] parts = text.split("[ ,]");
        String name = parts[0];
        String[] operands = Arrays.copyOfRange(parts, 1, parts.length);
        if (name.startsWith("v") && operands.length > 0) {
            emitVector(assembler, name, operands);
        } else {
            emitGeneral(assembler, name, operands);
        }
        return HexFormat.of().formatHex(assembler.code());
    }

    private void emitVector(Assembler assembler, String name, String[] operands) {
        boolean last = Character.isDigit(operands[operands.length - 1].charAt(0));
        int immediate = last ? Integer.decode(operands[operands.length - 1]) : 0;
        int count = operands.length - (last ? 1 : 0);
        boolean stores = operands[0].startsWith("[") || name.startsWith("vextract");
        Instruction instruction = instruction(name, stores && !name.startsWith("vcvt"));
        seen.add(instruction);
        if (stores) {
            Operand destination = operand(operands[0]);
            if (last) {
                assembler.store(instruction, destination, vector(operands[1]), immediate);
            } else {
                assembler.store(instruction, destination, vector(operands[1]));
            }
        } else if (count == 3 && last) {
            assembler.emit(instruction, vector(operands[0]), vector(operands[1]), operand(operands[2]), immediate);
        } else if (count == 3) {
            assembler.emit(instruction, vector(operands[0]), vector(operands[1]), operand(operands[2]));
        } else if (last) {
            assembler.emit(instruction, vector(operands[0]), operand(operands[1]), immediate);
        } else {
            assembler.emit(instruction, vector(operands[0]), operand(operands[1]));
        }
    }

    /// In their AVX-512 form bitwise operations are named after their elements too.
    private static Instruction instruction(String name, boolean stores) {
        String upper = name.replaceAll("^(vpx?orn?|vpandn?)d$", "$1").toUpperCase(Locale.ROOT);
        return Instruction.valueOf(stores && upper.startsWith("VMOV") ? upper + "_STORE" : upper);
    }

    private static void emitGeneral(Assembler assembler, String name, String[] operands) {
        boolean registers = operands.length == 2 && Character.isLetter(operands[1].charAt(0));
        boolean memory = operands.length == 2 && operands[1].startsWith("[");
        switch (name) {
            case "mov" -> {
                if (operands[0].startsWith("[") && isLower(operands[1])) {
                    assembler.storeLowest(memory(operands[0]), bytes(operands[1]));
                } else if (operands[0].startsWith("[")) {
                    assembler.store(memory(operands[0]), general(operands[1]));
                } else if (memory && isLower(operands[0])) {
                    assembler.load(general(operands[0]), memory(operands[1]), Integer.BYTES);
                } else if (memory) {
                    assembler.load(general(operands[0]), memory(operands[1]));
                } else if (registers) {
                    assembler.move(general(operands[0]), general(operands[1]));
                } else {
                    assembler.move(general(operands[0]), Integer.parseInt(operands[1]));
                }
            }
            case "movzx" ->
                assembler.load(general(operands[0]), memory(operands[3]), operands[1].equals("word") ? 2 : 1);
            case "imul" ->
                assembler.multiply(general(operands[0]), general(operands[1]), Integer.parseInt(operands[2]));
            case "lea" -> assembler.address(general(operands[0]), memory(operands[1]));
            case "add" -> {
                if (registers) {
                    assembler.add(general(operands[0]), general(operands[1]));
                } else {
                    assembler.add(general(operands[0]), Integer.parseInt(operands[1]));
                }
            }
            case "sub" -> assembler.subtract(general(operands[0]), Integer.parseInt(operands[1]));
            case "cmp" -> {
                if (registers) {
                    assembler.compare(general(operands[0]), general(operands[1]));
                } else {
                    assembler.compare(general(operands[0]), Integer.parseInt(operands[1]));
                }
            }
            case "prefetcht1" -> assembler.prefetch(memory(operands[0]));
            case "push" -> assembler.push(general(operands[0]));
            case "pop" -> assembler.pop(general(operands[0]));
            case "cpuid" -> assembler.cpuid();
            case "xgetbv" -> assembler.xgetbv();
            case "ret" -> assembler.leave();
            case "vzeroupper" -> assembler.endVectors();
            default -> throw new AssertionError(name);
        }
    }

    private static Operand operand(String text) {
        return text.startsWith("[") ? memory(text) : vector(text);
    }

    private static Vector vector(String text) {
        Matcher matcher = VECTOR.matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        return new Vector(Integer.parseInt(matcher.group(2)), 128 << "xyz".indexOf(matcher.group(1)));
    }

    private static General general(String text) {
        String whole = text.replaceFirst("^e?([abcd])[xl]$", "r$1x").replaceFirst("d$", "");
        return General.valueOf(whole.toUpperCase(Locale.ROOT));
    }

    /// Whether it is the lower part of a register.
    private static boolean isLower(String text) {
        return !text.startsWith("r") || text.matches("r\\d+d");
    }

    private static int bytes(String text) {
        return text.startsWith("e") ? Integer.BYTES : text.endsWith("l") ? Byte.BYTES : Short.BYTES;
    }

    private static Memory memory(String text) {
        Matcher matcher = MEMORY.matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        General base = general(matcher.group(1));
        int displacement = matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4));
        Memory memory = matcher.group(2) == null
                ? Memory.at(base, displacement)
                : Memory.at(base, general(matcher.group(2)), Integer.parseInt(matcher.group(3)), displacement);
        return matcher.group(5) == null ? memory : memory.all();
    }

    /// Distances, as `objdump -d` reads them back: a loop of three instructions, and a constant behind the code.
    @Test
    void countsDistancesFromTheEndOfTheInstruction() {
        Assembler assembler = new Assembler();
        Assembler.Label end = new Assembler.Label();
        Assembler.Label start = assembler.here();
        assembler.subtract(General.RCX, 1);
        assembler.jumpIfLess(end);
        assembler.jumpIfNotZero(start);
        assembler.jump(start);
        assembler.bind(end);
        assembler.emit(Instruction.VPERMILPS, new Vector(1, 256), assembler.constant(1, 2, 3, 4, 5, 6, 7, 8), 3);
        assembler.leave();
        byte[] code = assembler.code();
        String text =
                "4883e901" + "0f8c0b000000" + "0f85f0ffffff" + "e9ebffffff" + "c4e37d040d" + "21000000" + "03" + "c3";
        assertThat(HexFormat.of().formatHex(Arrays.copyOf(code, 32))).isEqualTo(text);
        assertThat(code).hasSize(64 + 32);
        assertThat(Arrays.copyOfRange(code, 64, 72)).containsExactly(1, 0, 0, 0, 2, 0, 0, 0);
    }
}
