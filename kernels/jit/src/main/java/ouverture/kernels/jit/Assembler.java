package ouverture.kernels.jit;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Writes x86-64 machine code: vector instructions in their AVX form where the registers allow it, else in the
/// AVX-512 form, and the few others that loops need. Encodings are those that the GNU assembler chooses, but that
/// VPDPBUSD has its AVX form too where it can (AVX-VNNI).
final class Assembler {
    private static final int CONSTANT_ALIGNMENT = 64;

    /// A place in the code.
    static final class Label {
        private int position = -1;
    }

    /// A 32-bit distance at byte `at` that is counted from byte `end`.
    private record Reference(int at, int end, Label target) {}

    private byte[] code = new byte[1024];
    private int size;
    private final List<Reference> references = new ArrayList<>();
    private final Map<IntBuffer, Label> constants = new LinkedHashMap<>();
    private int unresolved = -1;

    /// The finished code with its constants, to be placed at a multiple of 64 bytes.
    byte[] code() {
        for (Map.Entry<IntBuffer, Label> constant : constants.entrySet()) {
            while (size % CONSTANT_ALIGNMENT != 0) {
                emitByte(0);
            }
            bind(constant.getValue());
            for (int word : constant.getKey().array()) {
                emitInt(word);
            }
        }
        constants.clear();
        for (Reference reference : references) {
            int distance = reference.target.position - reference.end;
            for (int i = 0; i < 4; i++) {
                code[reference.at + i] = (byte) (distance >> 8 * i);
            }
        }
        references.clear();
        return Arrays.copyOf(code, size);
    }

    /// The next instruction is where `label` points to.
    void bind(Label label) {
        assert label.position < 0;
        label.position = size;
    }

    /// A label for the next instruction.
    Label here() {
        Label label = new Label();
        bind(label);
        return label;
    }

    /// Memory with these 32-bit words.
    Memory constant(int... words) {
        return Memory.constant(constants.computeIfAbsent(IntBuffer.wrap(words), _ -> new Label()));
    }

    /// `destination = operation(a, b)`.
    void emit(Instruction instruction, Vector destination, Vector a, Operand b) {
        encode(instruction, destination.number(), a.number(), b, longest(destination, a, b));
        resolve();
    }

    /// `destination = operation(a, b, immediate)`.
    void emit(Instruction instruction, Vector destination, Vector a, Operand b, int immediate) {
        encode(instruction, destination.number(), a.number(), b, longest(destination, a, b));
        emitByte(immediate);
        resolve();
    }

    /// `destination = operation(source)`.
    void emit(Instruction instruction, Vector destination, Operand source) {
        encode(instruction, destination.number(), 0, source, longest(destination, destination, source));
        resolve();
    }

    /// `destination = operation(source, immediate)`.
    void emit(Instruction instruction, Vector destination, Operand source, int immediate) {
        int bits = longest(destination, destination, source);
        if (instruction.number >= 0) {
            encode(instruction, instruction.number, destination.number(), source, bits);
        } else {
            encode(instruction, destination.number(), 0, source, bits);
        }
        emitByte(immediate);
        resolve();
    }

    /// An instruction that writes the operand that may be memory.
    void store(Instruction instruction, Operand destination, Vector source) {
        encode(instruction, source.number(), 0, destination, longest(source, source, destination));
        resolve();
    }

    /// As the other, with an immediate operand.
    void store(Instruction instruction, Operand destination, Vector source, int immediate) {
        encode(instruction, source.number(), 0, destination, longest(source, source, destination));
        emitByte(immediate);
        resolve();
    }

    private static int longest(Vector a, Vector b, Operand c) {
        int bits = Math.max(a.bits(), b.bits());
        return c instanceof Vector v ? Math.max(bits, v.bits()) : bits;
    }

    private void encode(Instruction instruction, int register, int second, Operand rm, int bits) {
        int third = rm instanceof Vector v ? v.number() : 0;
        if (bits == 512 || register > 15 || second > 15 || third > 15 || isBroadcast(rm)) {
            encodeAvx512(instruction, register, second, rm, bits);
        } else {
            encodeAvx(instruction, register, second, rm, bits);
        }
    }

    private void encodeAvx(Instruction instruction, int register, int second, Operand rm, int bits) {
        int length = bits / 256;
        int last = (~second & 15) << 3 | length << 2 | instruction.prefix;
        int r = register >> 3 ^ 1;
        int x = indexBit(rm) ^ 1;
        int b = baseBit(rm) ^ 1;
        if (instruction.map == 1 && x == 1 && b == 1 && instruction.avxWide() == 0) {
            emitByte(0xc5);
            emitByte(r << 7 | last);
        } else {
            emitByte(0xc4);
            emitByte(r << 7 | x << 6 | b << 5 | instruction.map);
            emitByte(instruction.avxWide() << 7 | last);
        }
        emitByte(instruction.opcode);
        emitOperands(register, rm, 1);
    }

    private void encodeAvx512(Instruction instruction, int register, int second, Operand rm, int bits) {
        int x = rm instanceof Vector v ? v.number() >> 4 : indexBit(rm);
        emitByte(0x62);
        emitByte((register >> 3 & 1 ^ 1) << 7
                | (x ^ 1) << 6
                | (baseBit(rm) ^ 1) << 5
                | (register >> 4 ^ 1) << 4
                | instruction.map);
        emitByte(instruction.avx512Wide() << 7 | (~second & 15) << 3 | 4 | instruction.prefix);
        boolean broadcast = isBroadcast(rm);
        emitByte(bits / 256 << 5 | (broadcast ? 1 << 4 : 0) | (second >> 4 ^ 1) << 3);
        emitByte(instruction.opcode);
        emitOperands(register, rm, broadcast ? Integer.BYTES : instruction.tuple.bytes(bits / 8));
    }

    private static boolean isBroadcast(Operand rm) {
        return rm instanceof Memory m && m.broadcast();
    }

    private static int indexBit(Operand rm) {
        return rm instanceof Memory m && m.index() != null ? m.index().number >> 3 : 0;
    }

    private static int baseBit(Operand rm) {
        if (rm instanceof Vector v) {
            return v.number() >> 3 & 1;
        }
        return rm instanceof Memory m && m.base() != null ? m.base().number >> 3 : 0;
    }

    /// @param unit of one-byte displacements
    private void emitOperands(int register, Operand rm, int unit) {
        // No switch over patterns: the first takes the JVM milliseconds, and the start is to be fast.
        if (rm instanceof Vector v) {
            emitByte(0xc0 | (register & 7) << 3 | v.number() & 7);
        } else if (rm instanceof Memory m) {
            emitMemory(register & 7, m, unit);
        }
    }

    private void emitMemory(int register, Memory memory, int unit) {
        General base = memory.base();
        if (base == null) {
            emitByte(register << 3 | 5);
            unresolved = size;
            references.add(new Reference(size, 0, Objects.requireNonNull(memory.constant())));
            emitInt(0);
            return;
        }
        int low = base.number & 7;
        int displacement = memory.displacement();
        boolean small = displacement % unit == 0 && displacement / unit == (byte) (displacement / unit);
        int mode = displacement == 0 && low != 5 ? 0 : small ? 1 : 2;
        General index = memory.index();
        if (index != null || low == 4) {
            emitByte(mode << 6 | register << 3 | 4);
            int indexBits = index == null ? 4 : index.number & 7;
            emitByte(Integer.numberOfTrailingZeros(memory.scale()) << 6 | indexBits << 3 | low);
        } else {
            emitByte(mode << 6 | register << 3 | low);
        }
        if (mode == 1) {
            emitByte(displacement / unit);
        } else if (mode == 2) {
            emitInt(displacement);
        }
    }

    /// Distances to constants count from the end of the instruction.
    private void resolve() {
        if (unresolved >= 0) {
            Reference last = references.removeLast();
            references.add(new Reference(last.at, size, last.target));
            unresolved = -1;
        }
    }

    /// `destination = source`.
    void move(General destination, General source) {
        emitGeneral(0x89, source, destination);
    }

    /// `destination = immediate`.
    void move(General destination, int immediate) {
        emitPrefix(0, 0, destination.number);
        emitByte(0xc7);
        emitByte(0xc0 | destination.number & 7);
        emitInt(immediate);
    }

    /// `destination = memory`, 64 bits.
    void load(General destination, Memory source) {
        emitGeneral(0x8b, destination, source);
    }

    /// `memory = source`, 64 bits.
    void store(Memory destination, General source) {
        emitGeneral(0x89, source, destination);
    }

    /// `destination = memory`, of 1, 2 or 4 bytes, with zeros above them.
    void load(General destination, Memory source, int bytes) {
        int extension = destination.number >> 3 << 2 | indexBit(source) << 1 | baseBit(source);
        if (extension != 0) {
            emitByte(0x40 | extension);
        }
        if (bytes == Integer.BYTES) {
            emitByte(0x8b);
        } else {
            emitByte(0x0f);
            emitByte(bytes == Short.BYTES ? 0xb7 : 0xb6);
        }
        emitMemory(destination.number & 7, source, 1);
    }

    /// `memory = the lowest 1, 2 or 4 bytes of RAX`.
    void storeLowest(Memory destination, int bytes) {
        if (bytes == Short.BYTES) {
            emitByte(0x66);
        }
        int extension = indexBit(destination) << 1 | baseBit(destination);
        if (extension != 0) {
            emitByte(0x40 | extension);
        }
        emitByte(bytes == Byte.BYTES ? 0x88 : 0x89);
        emitMemory(General.RAX.number, destination, 1);
    }

    /// Asks for the line of memory that holds an address, which need not exist, in the second-level cache.
    void prefetch(Memory memory) {
        int extension = indexBit(memory) << 1 | baseBit(memory);
        if (extension != 0) {
            emitByte(0x40 | extension);
        }
        emitByte(0x0f);
        emitByte(0x18);
        emitMemory(2, memory, 1);
    }

    /// `destination = the address of memory`.
    void address(General destination, Memory source) {
        emitGeneral(0x8d, destination, source);
    }

    /// `destination = base + 3 stride`, for [Memory#row].
    void addressOfFourth(General destination, General base, General stride) {
        address(destination, Memory.at(base, stride, 2, 0));
        add(destination, stride);
    }

    /// `destination += source`.
    void add(General destination, General source) {
        emitGeneral(0x01, source, destination);
    }

    /// `destination += immediate`.
    void add(General destination, int immediate) {
        emitArithmetic(0, destination, immediate);
    }

    /// `destination -= immediate`.
    void subtract(General destination, int immediate) {
        emitArithmetic(5, destination, immediate);
    }

    /// `destination = source * factor`.
    void multiply(General destination, General source, int factor) {
        emitPrefix(destination.number, 0, source.number);
        boolean small = factor == (byte) factor;
        emitByte(small ? 0x6b : 0x69);
        emitByte(0xc0 | (destination.number & 7) << 3 | source.number & 7);
        if (small) {
            emitByte(factor);
        } else {
            emitInt(factor);
        }
    }

    /// Compares for one of the jumps.
    void compare(General a, int immediate) {
        emitArithmetic(7, a, immediate);
    }

    /// Compares for one of the jumps.
    void compare(General a, General b) {
        emitGeneral(0x39, b, a);
    }

    void jump(Label target) {
        emitByte(0xe9);
        emitInt(0);
        references.add(new Reference(size - 4, size, target));
    }

    void jumpIfNotZero(Label target) {
        emitJump(0x85, target);
    }

    void jumpIfZero(Label target) {
        emitJump(0x84, target);
    }

    /// After a comparison of signed numbers.
    void jumpIfLess(Label target) {
        emitJump(0x8c, target);
    }

    /// After a comparison of signed numbers.
    void jumpIfNotLess(Label target) {
        emitJump(0x8d, target);
    }

    void push(General register) {
        emitStack(0x50, register);
    }

    void pop(General register) {
        emitStack(0x58, register);
    }

    /// Ends the use of long vectors, which would slow other code down (VZEROUPPER).
    void endVectors() {
        emitByte(0xc5);
        emitByte(0xf8);
        emitByte(0x77);
    }

    /// Returns to the caller.
    void leave() {
        emitByte(0xc3);
    }

    void cpuid() {
        emitByte(0x0f);
        emitByte(0xa2);
    }

    void xgetbv() {
        emitByte(0x0f);
        emitByte(0x01);
        emitByte(0xd0);
    }

    private void emitGeneral(int opcode, General register, General rm) {
        emitPrefix(register.number, 0, rm.number);
        emitByte(opcode);
        emitByte(0xc0 | (register.number & 7) << 3 | rm.number & 7);
    }

    private void emitGeneral(int opcode, General register, Memory memory) {
        emitPrefix(register.number, 8 * indexBit(memory), 8 * baseBit(memory));
        emitByte(opcode);
        emitMemory(register.number & 7, memory, 1);
        resolve();
    }

    private void emitPrefix(int register, int index, int base) {
        emitByte(0x48 | register >> 3 << 2 | index >> 3 << 1 | base >> 3);
    }

    private void emitArithmetic(int number, General register, int immediate) {
        emitPrefix(0, 0, register.number);
        boolean small = immediate == (byte) immediate;
        if (!small && register == General.RAX) {
            emitByte(number << 3 | 5);
        } else {
            emitByte(small ? 0x83 : 0x81);
            emitByte(0xc0 | number << 3 | register.number & 7);
        }
        if (small) {
            emitByte(immediate);
        } else {
            emitInt(immediate);
        }
    }

    private void emitJump(int condition, Label target) {
        emitByte(0x0f);
        emitByte(condition);
        emitInt(0);
        references.add(new Reference(size - 4, size, target));
    }

    private void emitStack(int opcode, General register) {
        if (register.number > 7) {
            emitByte(0x41);
        }
        emitByte(opcode | register.number & 7);
    }

    private void emitInt(int value) {
        for (int i = 0; i < 4; i++) {
            emitByte(value >> 8 * i);
        }
    }

    private void emitByte(int value) {
        if (size == code.length) {
            code = Arrays.copyOf(code, 2 * size);
        }
        code[size++] = (byte) value;
    }
}
