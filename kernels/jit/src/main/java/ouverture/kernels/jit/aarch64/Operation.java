package ouverture.kernels.jit.aarch64;

/// The vector instructions that the kernels need, as the architecture's manual encodes them (Arm Architecture
/// Reference Manual for A-profile, DDI 0487, section C7.2). A name is the mnemonic, then the arrangement of the
/// destination, then LANE where the last operand is one lane of its register.
public enum Operation {
    ADD_4S(Form.THREE, 0x4ea08400),
    SUB_4S(Form.THREE, 0x6ea08400),
    AND_16B(Form.THREE, 0x4e201c00),
    ORR_16B(Form.THREE, 0x4ea01c00),
    FADD_4S(Form.THREE, 0x4e20d400),
    FDIV_4S(Form.THREE, 0x6e20fc00),
    FMUL_4S(Form.THREE, 0x6e20dc00),
    FMLA_4S(Form.THREE, 0x4e20cc00),
    FMLS_4S(Form.THREE, 0x4ea0cc00),
    FMAX_4S(Form.THREE, 0x4e20f400),
    MUL_4S(Form.THREE, 0x4ea09c00),
    SMAX_4S(Form.THREE, 0x4ea06400),
    TBL_16B(Form.THREE, 0x4e000000),
    UZP1_4S(Form.THREE, 0x4e801800),
    UZP2_4S(Form.THREE, 0x4e805800),
    UZP1_8H(Form.THREE, 0x4e401800),
    UZP1_16B(Form.THREE, 0x4e001800),
    ZIP1_4S(Form.THREE, 0x4e803800),
    ZIP2_4S(Form.THREE, 0x4e807800),
    ZIP1_2D(Form.THREE, 0x4ec03800),
    ZIP2_2D(Form.THREE, 0x4ec07800),
    /// Needs FEAT_I8MM.
    SMMLA_4S(Form.THREE, 0x4e80a400),

    FABS_4S(Form.TWO, 0x4ea0f800),
    FMAXV_S(Form.TWO, 0x6e30f800),
    FCVTAS_4S(Form.TWO, 0x4e21c800),
    FCVTN_4H(Form.TWO, 0x0e216800),
    FCVTL_4S(Form.TWO, 0x0e217800),
    SCVTF_4S(Form.TWO, 0x4e21d800),
    ADDV_S(Form.TWO, 0x4eb1b800),

    /// Needs FEAT_DotProd.
    SDOT_4S_LANE(Form.LANE, 0x4f80e000),
    FMUL_4S_LANE(Form.LANE, 0x4f809000),
    FMLS_4S_LANE(Form.LANE, 0x4f805000),
    DUP_4S_LANE(Form.COPY, 0x4e040400),

    USHR_16B(Form.RIGHT, 0x6f080400),
    SHL_16B(Form.LEFT, 0x4f085400),
    SHL_4S(Form.LEFT, 0x4f205400),
    USHLL_8H(Form.LEFT, 0x2f08a400),
    USHLL_4S(Form.LEFT, 0x2f10a400),
    SSHLL_8H(Form.LEFT, 0x0f08a400),
    SSHLL_4S(Form.LEFT, 0x0f10a400);

    /// Where an instruction has its operands.
    enum Form {
        /// Destination, two sources.
        THREE,
        /// Destination, one source.
        TWO,
        /// Destination, a source, one of four lanes of another.
        LANE,
        /// Destination, one of four lanes of a source.
        COPY,
        /// Destination, source, number of bits to shift to the right.
        RIGHT,
        /// Destination, source, number of bits to shift to the left.
        LEFT
    }

    final Form form;

    /// With zeros for its operands; shifts with the bit that says how long the elements are that they read.
    final int bits;

    Operation(Form form, int bits) {
        this.form = form;
        this.bits = bits;
    }

    /// Bits of the elements that a shift reads.
    int elementBits() {
        return Integer.highestOneBit(bits >> 16 & 0x7f);
    }
}
