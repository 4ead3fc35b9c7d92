package ouverture.kernels.jit;

/// The vector instructions that the kernels need, as the processor's manual encodes them (Intel 64 and IA-32
/// Architectures Software Developer's Manual, volume 2). Bitwise operations have the encoding for 32-bit elements
/// in their AVX-512 form. Shifts have the number that stands in place of a register.
enum Instruction {
    VMOVUPS(0, 1, 0x10, Tuple.WHOLE),
    VMOVUPS_STORE(0, 1, 0x11, Tuple.WHOLE),
    VMOVSS(2, 1, 0x10, Tuple.FOUR_BYTES),
    VMOVSS_STORE(2, 1, 0x11, Tuple.FOUR_BYTES),
    VMOVSD(3, 1, 0x10, Tuple.EIGHT_BYTES),
    VMOVSD_STORE(3, 1, 0x11, Tuple.EIGHT_BYTES),
    VBROADCASTSS(1, 2, 0x18, Tuple.FOUR_BYTES),
    VBROADCASTSD(1, 2, 0x19, Tuple.EIGHT_BYTES),
    VPBROADCASTB(1, 2, 0x78, Tuple.ONE_BYTE),
    VPBROADCASTW(1, 2, 0x79, Tuple.TWO_BYTES),
    VPBROADCASTD(1, 2, 0x58, Tuple.FOUR_BYTES),

    VADDPS(0, 1, 0x58, Tuple.WHOLE),
    VSUBPS(0, 1, 0x5c, Tuple.WHOLE),
    VMULPS(0, 1, 0x59, Tuple.WHOLE),
    VDIVPS(0, 1, 0x5e, Tuple.WHOLE),
    VMINPS(0, 1, 0x5d, Tuple.WHOLE),
    VMAXPS(0, 1, 0x5f, Tuple.WHOLE),
    VFMADD231PS(1, 2, 0xb8, Tuple.WHOLE),
    VFMADD213PS(1, 2, 0xa8, Tuple.WHOLE),
    VFNMADD231PS(1, 2, 0xbc, Tuple.WHOLE),
    VHADDPS(3, 1, 0x7c, Tuple.WHOLE),

    VADDPD(1, 1, 0x58, Tuple.DOUBLES),
    VSUBPD(1, 1, 0x5c, Tuple.DOUBLES),
    VMULPD(1, 1, 0x59, Tuple.DOUBLES),
    VFMADD231PD(1, 2, 0xb8, Tuple.FUSED_DOUBLES),
    VHADDPD(1, 1, 0x7c, Tuple.WHOLE),

    VCVTPS2PD(0, 1, 0x5a, Tuple.HALF),
    VCVTPD2PS(1, 1, 0x5a, Tuple.DOUBLES),
    VCVTDQ2PS(0, 1, 0x5b, Tuple.WHOLE),
    VCVTPS2DQ(1, 1, 0x5b, Tuple.WHOLE),
    VCVTTPS2DQ(2, 1, 0x5b, Tuple.WHOLE),
    VCVTPH2PS(1, 2, 0x13, Tuple.HALF),
    VCVTPS2PH(1, 3, 0x1d, Tuple.HALF),
    VPMOVSXBD(1, 2, 0x21, Tuple.QUARTER),
    VPMOVZXBD(1, 2, 0x31, Tuple.QUARTER),
    VPMOVZXWD(1, 2, 0x33, Tuple.HALF),
    VPMOVSDB(2, 2, 0x21, Tuple.QUARTER),

    VPAND(1, 1, 0xdb, Tuple.WHOLE),
    VPANDN(1, 1, 0xdf, Tuple.WHOLE),
    VPOR(1, 1, 0xeb, Tuple.WHOLE),
    VPXOR(1, 1, 0xef, Tuple.WHOLE),
    VPADDD(1, 1, 0xfe, Tuple.WHOLE),
    VPSUBD(1, 1, 0xfa, Tuple.WHOLE),
    VPMAXSD(1, 2, 0x3d, Tuple.WHOLE),
    VPADDW(1, 1, 0xfd, Tuple.WHOLE),
    VPABSB(1, 2, 0x1c, Tuple.WHOLE),
    /// In the AVX form only.
    VPSIGNB(1, 2, 0x08, Tuple.WHOLE),
    VPMADDUBSW(1, 2, 0x04, Tuple.WHOLE),
    VPMADDWD(1, 1, 0xf5, Tuple.WHOLE),
    VPMULLD(1, 2, 0x40, Tuple.WHOLE),
    VPHADDD(1, 2, 0x02, Tuple.WHOLE),
    VPDPBUSD(1, 2, 0x50, Tuple.WHOLE),
    VPACKSSDW(1, 1, 0x6b, Tuple.WHOLE),
    VPACKSSWB(1, 1, 0x63, Tuple.WHOLE),
    VPUNPCKLDQ(1, 1, 0x62, Tuple.WHOLE),
    VUNPCKLPS(0, 1, 0x14, Tuple.WHOLE),
    VUNPCKHPS(0, 1, 0x15, Tuple.WHOLE),
    VUNPCKLPD(1, 1, 0x14, Tuple.DOUBLES),
    VUNPCKHPD(1, 1, 0x15, Tuple.DOUBLES),
    /// In the AVX form only.
    VPERM2F128(1, 3, 0x06, Tuple.WHOLE),
    /// These in the AVX-512 form only.
    VSHUFF32X4(1, 3, 0x23, Tuple.WHOLE),
    VRNDSCALEPS(1, 3, 0x08, Tuple.WHOLE),
    VSCALEFPS(1, 2, 0x2c, Tuple.WHOLE),
    VPSRLW(1, 1, 0x71, Tuple.WHOLE, 2),
    VPSRLD(1, 1, 0x72, Tuple.WHOLE, 2),
    VPSRAD(1, 1, 0x72, Tuple.WHOLE, 4),
    VPSRLVD(1, 2, 0x45, Tuple.WHOLE),
    VPSLLD(1, 1, 0x72, Tuple.WHOLE, 6),
    VPTERNLOGD(1, 3, 0x25, Tuple.WHOLE),
    VPSHUFB(1, 2, 0x00, Tuple.WHOLE),
    VPERMPS(1, 2, 0x16, Tuple.WHOLE),
    VPERMILPS(1, 3, 0x04, Tuple.WHOLE),
    VEXTRACTF128(1, 3, 0x19, Tuple.WHOLE),
    VEXTRACTF64X4(1, 3, 0x1b, Tuple.DOUBLES);

    /// What an instruction reads or writes in memory, which is the unit of its one-byte displacements (disp8*N),
    /// and the size of its elements.
    enum Tuple {
        WHOLE,
        /// 64-bit elements. The AVX form ignores that bit.
        DOUBLES,
        /// 64-bit elements, as a bit of the AVX form too.
        FUSED_DOUBLES,
        HALF,
        QUARTER,
        ONE_BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        EIGHT_BYTES;

        int bytes(int vectorBytes) {
            return switch (this) {
                case WHOLE, DOUBLES, FUSED_DOUBLES -> vectorBytes;
                case HALF -> vectorBytes / 2;
                case QUARTER -> vectorBytes / 4;
                case ONE_BYTE -> 1;
                case TWO_BYTES -> 2;
                case FOUR_BYTES -> 4;
                case EIGHT_BYTES -> 8;
            };
        }
    }

    /// 0 none, 1 66, 2 F3, 3 F2.
    final int prefix;

    /// 1 0F, 2 0F38, 3 0F3A.
    final int map;

    final int opcode;
    final Tuple tuple;

    /// Of a shift.
    final int number;

    Instruction(int prefix, int map, int opcode, Tuple tuple) {
        this(prefix, map, opcode, tuple, -1);
    }

    Instruction(int prefix, int map, int opcode, Tuple tuple, int number) {
        this.prefix = prefix;
        this.map = map;
        this.opcode = opcode;
        this.tuple = tuple;
        this.number = number;
    }

    /// Bit W of the AVX form.
    int avxWide() {
        return tuple == Tuple.FUSED_DOUBLES ? 1 : 0;
    }

    /// Bit W of the AVX-512 form.
    int avx512Wide() {
        return switch (tuple) {
            case DOUBLES, FUSED_DOUBLES, EIGHT_BYTES -> 1;
            case WHOLE, HALF, QUARTER, ONE_BYTE, TWO_BYTES, FOUR_BYTES -> 0;
        };
    }
}
