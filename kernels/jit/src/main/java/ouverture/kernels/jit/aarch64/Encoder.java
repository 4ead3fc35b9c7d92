package ouverture.kernels.jit.aarch64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes AArch64 machine code: the vector instructions of [Operation] and the few others that loops need. What
/// an instruction has no room for (an offset too large, a label too far away) is refused and never cut off.
public final class Encoder {
    private static final int CONSTANT_BYTES = 16;

    /// A place in the code.
    public static final class Label {
        private int position = -1;
    }

    /// An instruction whose distance to a label is not yet known, counted in instructions.
    ///
    /// @param shift of the distance in the instruction
    /// @param bits of the distance, its sign included
    private record Reference(int at, int shift, int bits, Label target) {}

    private int[] words = new int[256];
    private int size;
    private final List<Reference> references = new ArrayList<>();
    private final Map<ByteBuffer, Label> constants = new LinkedHashMap<>();

    /// The finished code with its constants, to be placed at a multiple of 16 bytes.
    ///
    /// @throws IllegalStateException if a label was used and never bound
    /// @throws IllegalArgumentException if a label is too far away
    public byte[] code() {
        while (!constants.isEmpty() && size * Integer.BYTES % CONSTANT_BYTES != 0) {
            word(0);
        }
        for (Map.Entry<ByteBuffer, Label> constant : constants.entrySet()) {
            bind(constant.getValue());
            IntBuffer parts = constant.getKey().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
            while (parts.hasRemaining()) {
                word(parts.get());
            }
        }
        constants.clear();
        for (Reference reference : references) {
            int target = reference.target.position;
            if (target < 0) {
                throw new IllegalStateException("instruction " + reference.at + " leads to a label that is nowhere");
            }
            words[reference.at] |= signed(target - reference.at, reference.bits, "distance") << reference.shift;
        }
        references.clear();
        ByteBuffer code = ByteBuffer.allocate(size * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        code.asIntBuffer().put(words, 0, size);
        return code.array();
    }

    /// The next instruction is where `label` points to.
    public void bind(Label label) {
        if (label.position >= 0) {
            throw new IllegalStateException("this label is at instruction " + label.position);
        }
        label.position = size;
    }

    /// A label for the next instruction.
    public Label here() {
        Label label = new Label();
        bind(label);
        return label;
    }

    /// `destination = operation(a, b)`.
    public void emit(Operation instruction, VectorRegister destination, VectorRegister a, VectorRegister b) {
        expect(instruction, Operation.Form.THREE);
        word(instruction.bits | b.number() << 16 | a.number() << 5 | destination.number());
    }

    /// `destination = operation(source)`.
    public void emit(Operation instruction, VectorRegister destination, VectorRegister source) {
        expect(instruction, Operation.Form.TWO);
        word(instruction.bits | source.number() << 5 | destination.number());
    }

    /// `destination = operation(a, lane of b)`; a lane has 32 bits.
    public void emit(Operation instruction, VectorRegister destination, VectorRegister a, VectorRegister b, int lane) {
        expect(instruction, Operation.Form.LANE);
        int number = unsigned(lane, 2, "lane");
        int place = (number & 1) << 21 | number >> 1 << 11;
        word(instruction.bits | place | b.number() << 16 | a.number() << 5 | destination.number());
    }

    /// `destination = operation(source, number)`, which is a shift's number of bits or a lane of 32 bits.
    public void emit(Operation instruction, VectorRegister destination, VectorRegister source, int number) {
        int elementBits = instruction.elementBits();
        int place = switch (instruction.form) {
            case COPY -> unsigned(number, 2, "lane") << 19;
            case LEFT -> within(number, 0, elementBits - 1, "shift") << 16;
            case RIGHT -> elementBits - within(number, 1, elementBits, "shift") << 16;
            case THREE, TWO, LANE -> throw new IllegalArgumentException(instruction + " takes no number");
        };
        word(instruction.bits | place | source.number() << 5 | destination.number());
    }

    private static void expect(Operation instruction, Operation.Form form) {
        if (instruction.form != form) {
            throw new IllegalArgumentException(instruction + " has other operands");
        }
    }

    /// Sets all bytes to 0 to 255.
    public void fillBytes(VectorRegister destination, int value) {
        int bits = unsigned(value, 8, "byte");
        word(0x4f00e400 | bits >> 5 << 16 | (bits & 31) << 5 | destination.number());
    }

    /// `destination = 128 bits`; the offset is a multiple of 16 from 0 to 65520.
    public void load(VectorRegister destination, Register base, int offset) {
        word(0x3dc00000 | address(base, offset, 16) | destination.number());
    }

    /// `128 bits = source`; the offset as for loading.
    public void store(VectorRegister source, Register base, int offset) {
        word(0x3d800000 | address(base, offset, 16) | source.number());
    }

    /// `destination = 64 bits`, zeros above; the offset is a multiple of 8 from 0 to 32760.
    public void loadHalf(VectorRegister destination, Register base, int offset) {
        word(0xfd400000 | address(base, offset, 8) | destination.number());
    }

    /// `destination = 32 bits`, zeros above; the offset is a multiple of 4 from 0 to 16380.
    public void loadQuarter(VectorRegister destination, Register base, int offset) {
        word(0xbd400000 | address(base, offset, 4) | destination.number());
    }

    /// `32 bits = source`; the offset as for loading.
    public void storeQuarter(VectorRegister source, Register base, int offset) {
        word(0xbd000000 | address(base, offset, 4) | source.number());
    }

    /// Loads 16 bytes that are kept behind the code.
    public void loadConstant(VectorRegister destination, byte... bytes) {
        if (bytes.length != CONSTANT_BYTES) {
            throw new IllegalArgumentException("a constant has 16 bytes and not " + bytes.length);
        }
        Label label = constants.computeIfAbsent(ByteBuffer.wrap(bytes.clone()), _ -> new Label());
        refer(0x9c000000 | destination.number(), 5, 19, label);
    }

    /// Saves the lower halves of two vectors on the stack.
    public void push(VectorRegister first, VectorRegister second) {
        word(0x6dbf03e0 | second.number() << 10 | first.number());
    }

    /// Loads what [#push] saved last.
    public void pop(VectorRegister first, VectorRegister second) {
        word(0x6cc103e0 | second.number() << 10 | first.number());
    }

    /// `destination = 1, 2, 4 or 8 bytes`, zeros above; the offset is -256 to 255.
    public void load(Register destination, Register base, int offset, int bytes) {
        int place = signed(offset, 9, "offset") << 12 | base.number() << 5;
        word(size(bytes) | 0x38400000 | place | zeroable(destination));
    }

    /// `1, 2, 4 or 8 bytes = the lowest of source`; the offset is 0 to 4095 times as many.
    public void store(Register source, Register base, int offset, int bytes) {
        word(size(bytes) | 0x39000000 | address(base, offset, bytes) | zeroable(source));
    }

    private static int size(int bytes) {
        if (Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException("no instruction moves " + bytes + " bytes");
        }
        return within(Integer.numberOfTrailingZeros(bytes), 0, 3, "size") << 30;
    }

    private static int address(Register base, int offset, int unit) {
        if (offset % unit != 0) {
            throw new IllegalArgumentException("an offset of " + offset + " is no multiple of " + unit);
        }
        return unsigned(offset / unit, 12, "offset in units of " + unit + " bytes") << 10 | base.number() << 5;
    }

    /// `destination = source`.
    public void move(Register destination, Register source) {
        word(0xaa0003e0 | zeroable(source) << 16 | zeroable(destination));
    }

    /// `destination = value`, in as many instructions as it has parts of 16 bits that are not 0, and one at
    /// least.
    public void move(Register destination, long value) {
        int register = zeroable(destination);
        word(0xd2800000 | (int) (value & 0xffff) << 5 | register);
        for (int part = 1; part < 4; part++) {
            int bits = (int) (value >>> 16 * part & 0xffff);
            if (bits != 0) {
                word(0xf2800000 | part << 21 | bits << 5 | register);
            }
        }
    }

    /// `destination = source + number`, which is 0 to 4095, or a multiple of 4096 up to 4095 of them.
    public void add(Register destination, Register source, int number) {
        word(0x91000000 | immediate(number) | source.number() << 5 | destination.number());
    }

    /// `destination = source - number`, as for adding.
    public void subtract(Register destination, Register source, int number) {
        word(0xd1000000 | immediate(number) | source.number() << 5 | destination.number());
    }

    /// Compares for a branch; the number as for adding.
    public void compare(Register a, int number) {
        word(0xf100001f | immediate(number) | a.number() << 5);
    }

    private static int immediate(int number) {
        boolean high = number > 0xfff && (number & 0xfff) == 0;
        return high
                ? 1 << 22 | unsigned(number >> 12, 12, "number in units of 4096") << 10
                : unsigned(number, 12, "number") << 10;
    }

    /// `destination = a + (b << shift)`, shift 0 to 63.
    public void add(Register destination, Register a, Register b, int shift) {
        int bits = unsigned(shift, 6, "shift") << 10;
        word(0x8b000000 | zeroable(b) << 16 | bits | zeroable(a) << 5 | zeroable(destination));
    }

    /// `destination = the address of a label`, at most a megabyte away.
    public void address(Register destination, Label target) {
        // Its distance counts bytes: 19 bits count instructions, two more would be for places within one.
        refer(0x10000000 | zeroable(destination), 5, 19, target);
    }

    public void jump(Label target) {
        refer(0x14000000, 0, 26, target);
    }

    /// After a comparison of signed numbers.
    public void jumpIfLess(Label target) {
        refer(0x5400000b, 5, 19, target);
    }

    public void jumpIfZero(Register a, Label target) {
        refer(0xb4000000 | zeroable(a), 5, 19, target);
    }

    public void jumpIfNotZero(Register a, Label target) {
        refer(0xb5000000 | zeroable(a), 5, 19, target);
    }

    /// Returns to the caller.
    public void leave() {
        word(0xd65f03c0);
    }

    /// Calls the system: X8 has the number of the function.
    public void callSystem() {
        word(0xd4000001);
    }

    private void refer(int instruction, int shift, int bits, Label target) {
        references.add(new Reference(size, shift, bits, target));
        word(instruction);
    }

    /// A register where an instruction knows one of zeros by the number of the stack pointer.
    private static int zeroable(Register register) {
        if (register == Register.SP) {
            throw new IllegalArgumentException("this instruction cannot use the stack pointer");
        }
        return register.number();
    }

    /// The number, which must fit the bits.
    private static int unsigned(int number, int bits, String what) {
        return within(number, 0, (1 << bits) - 1, what);
    }

    /// The number in the bits, which must hold it with its sign.
    private static int signed(int number, int bits, String what) {
        int half = 1 << bits - 1;
        return within(number, -half, half - 1, what) & (half << 1) - 1;
    }

    private static int within(int number, int least, int most, String what) {
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    "a " + what + " of " + number + " where " + least + " to " + most + " can be said");
        }
        return number;
    }

    private void word(int word) {
        if (size == words.length) {
            words = Arrays.copyOf(words, 2 * size);
        }
        words[size++] = word;
    }
}
