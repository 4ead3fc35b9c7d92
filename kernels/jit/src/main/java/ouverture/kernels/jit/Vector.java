package ouverture.kernels.jit;

/// A vector register, or its lower part.
///
/// @param number 0 to 31; from 16 on with AVX-512 only
/// @param bits 128, 256 or 512
record Vector(int number, int bits) implements Operand {
    Vector {
        assert number >= 0 && number < 32 : number;
        assert bits == 128 || bits == 256 || bits == 512 : bits;
    }

    /// The same register with another length.
    Vector as(int bits) {
        return new Vector(number, bits);
    }

    /// The part that holds as many numbers of half the size.
    Vector half() {
        return as(Math.max(128, bits / 2));
    }

    /// Bytes of the register.
    int bytes() {
        return bits / 8;
    }
}
