package ouverture.kernels.jit;

import org.jspecify.annotations.Nullable;

/// A place in memory: base + index x scale + displacement, or a constant of the code itself.
///
/// @param base null for a constant
/// @param index null for none; never RSP
/// @param scale 1, 2, 4 or 8
/// @param displacement in bytes
/// @param constant null unless this is a constant
/// @param broadcast whether one 32-bit element stands for all of a vector (AVX-512)
record Memory(
        @Nullable General base,
        @Nullable General index,
        int scale,
        int displacement,
        Assembler.@Nullable Label constant,
        boolean broadcast)
        implements Operand {
    Memory {
        assert index != General.RSP;
        assert (base == null) == (constant != null);
    }

    static Memory at(General base, int displacement) {
        return new Memory(base, null, 1, displacement, null, false);
    }

    static Memory at(General base, General index, int scale, int displacement) {
        return new Memory(base, index, scale, displacement, null, false);
    }

    static Memory constant(Assembler.Label label) {
        return new Memory(null, null, 1, 0, label, false);
    }

    /// The start of row `i`, of at most six, from the addresses of rows 0 and 3 and the distance of rows.
    static Memory row(General first, General fourth, General stride, int i) {
        General base = i < 3 ? first : fourth;
        return i % 3 == 0 ? at(base, 0) : at(base, stride, i % 3, 0);
    }

    /// The place `bytes` behind this one.
    Memory plus(int bytes) {
        return new Memory(base, index, scale, displacement + bytes, constant, broadcast);
    }

    /// The 32-bit element at this place, for all of a vector.
    Memory all() {
        return new Memory(base, index, scale, displacement, constant, true);
    }
}
