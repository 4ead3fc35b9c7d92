package ouverture.kernels.jit;

/// Sets of vector instructions that kernels are written for, the slowest of each kind of processor first.
enum InstructionSet {
    /// AVX2 with FMA and F16C: Intel Haswell (2013), AMD Zen (2017) and later.
    AVX2(256, 16),
    /// That with sums of products of bytes (AVX-VNNI): Intel Alder Lake (2021), AMD Zen 5 (2024) and later.
    AVX2_VNNI(256, 16),
    /// AVX-512 F, BW, DQ and VL: Intel Skylake-SP (2017), AMD Zen 4 (2022) and later.
    AVX512(512, 32),
    /// That with sums of products of bytes: Intel Cascade Lake and Ice Lake (2019), AMD Zen 4 (2022) and later.
    AVX512_VNNI(512, 32),
    /// AArch64 with sums of four products of bytes (FEAT_DotProd): Arm Cortex-A75 (2017), Neoverse N1, Apple M1.
    NEON_DOT(128, 32),
    /// That with products of matrices of bytes (FEAT_I8MM): Arm Cortex-A510 and Neoverse V1 (2020), Apple M2.
    NEON_MATRIX(128, 32);

    private final int bits;
    private final int registers;

    InstructionSet(int bits, int registers) {
        this.bits = bits;
        this.registers = registers;
    }

    /// Whether this is one of AArch64; the others are of x86-64.
    boolean isArm() {
        return this == NEON_DOT || this == NEON_MATRIX;
    }

    /// Whether one instruction multiplies bytes and adds four products to a sum of 32 bits; of x86-64.
    boolean addsProductsOfBytes() {
        return this == AVX2_VNNI || this == AVX512_VNNI;
    }

    /// What products of bytes are written for where this set serves: longer vectors without their sums have no
    /// advantage.
    InstructionSet forBytes() {
        return this == AVX512 ? AVX2 : this;
    }

    /// Bits of a vector.
    int bits() {
        return bits;
    }

    /// Bytes of a vector.
    int bytes() {
        return bits / 8;
    }

    /// Floats of a vector.
    int lanes() {
        return bits / 32;
    }

    /// Number of vector registers.
    int registers() {
        return registers;
    }

    /// The whole register of a number.
    Vector vector(int number) {
        assert number < registers : number;
        return new Vector(number, bits);
    }
}
