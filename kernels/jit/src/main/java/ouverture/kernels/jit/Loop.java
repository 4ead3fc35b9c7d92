package ouverture.kernels.jit;

import java.util.Arrays;
import java.util.function.Consumer;

/// A loop over the elements of arrays that lie side by side: whole vectors first, then the rest element by
/// element with the same steps, so that the result of an element does not tell where it stands.
///
/// @param elements that one turn takes
/// @param vector whether this is the part with whole vectors
record Loop(Assembler assembler, InstructionSet set, int elements, boolean vector) {
    /// What a turn of the two parts takes.
    enum Shape {
        /// Vectors of floats, then single floats.
        FLOATS,
        /// Vectors of floats, then two at a time.
        PAIRS,
        /// Floats that are computed with as vectors of doubles, then single ones.
        DOUBLES
    }

    /// Writes both parts.
    ///
    /// @param count register with the number of elements, at least 0; spent
    /// @param arrays registers with addresses of floats, moved on
    /// @param body writes the code of one turn
    static void emit(
            Assembler assembler,
            InstructionSet set,
            Shape shape,
            General count,
            General[] arrays,
            Consumer<Loop> body) {
        for (boolean vector : new boolean[] {true, false}) {
            int elements = switch (shape) {
                case FLOATS -> vector ? set.lanes() : 1;
                case PAIRS -> vector ? set.lanes() : 2;
                case DOUBLES -> vector ? set.lanes() / 2 : 1;
            };
            Assembler.Label end = new Assembler.Label();
            Assembler.Label turn = assembler.here();
            assembler.compare(count, elements);
            assembler.jumpIfLess(end);
            body.accept(new Loop(assembler, set, elements, vector));
            for (General array : arrays) {
                assembler.add(array, Float.BYTES * elements);
            }
            assembler.subtract(count, elements);
            assembler.jump(turn);
            assembler.bind(end);
        }
    }

    /// A register in the length of this part.
    Vector register(int number) {
        return vector ? set.vector(number) : set.vector(number).as(128);
    }

    /// Loads floats, with zeros above those of this turn.
    void load(Vector to, General from) {
        Instruction move = vector ? Instruction.VMOVUPS : elements == 1 ? Instruction.VMOVSS : Instruction.VMOVSD;
        assembler.emit(move, to, Memory.at(from, 0));
    }

    /// Stores floats.
    void store(General to, Vector from) {
        Instruction move = vector
                ? Instruction.VMOVUPS_STORE
                : elements == 1 ? Instruction.VMOVSS_STORE : Instruction.VMOVSD_STORE;
        assembler.store(move, Memory.at(to, 0), from);
    }

    /// Loads floats as doubles, with zeros above those of this turn.
    void loadDoubles(Vector to, General from) {
        if (vector) {
            assembler.emit(Instruction.VCVTPS2PD, to, Memory.at(from, 0));
        } else {
            load(to, from);
            assembler.emit(Instruction.VCVTPS2PD, to, to);
        }
    }

    /// Stores doubles, rounded to floats; `from` is spent.
    void storeDoubles(General to, Vector from) {
        assembler.emit(Instruction.VCVTPD2PS, from.half(), from);
        store(to, from.half());
    }

    /// `to = operation(a, b)`.
    void emit(Instruction operation, Vector to, Vector a, Operand b) {
        assembler.emit(operation, to, a, b);
    }

    /// A constant in every lane.
    Memory constant(float value) {
        return bits(Float.floatToRawIntBits(value));
    }

    /// A constant in every lane.
    Memory bits(int bits) {
        int[] words = new int[set.lanes()];
        Arrays.fill(words, bits);
        return assembler.constant(words);
    }
}
