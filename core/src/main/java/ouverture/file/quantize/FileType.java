package ouverture.file.quantize;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import ouverture.error.RequestException;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;

/// What a whole model can be written as. Most are mixtures of number formats, which [TypeRules] knows; names and
/// numbers are llama.cpp's (`general.file_type`).
public enum FileType {
    F32(0, DType.F32),
    F16(1, DType.F16),
    BF16(32, DType.BF16),
    Q8_0(7, DType.Q8_0),
    Q4_0(2, DType.Q4_0),
    Q4_1(3, DType.Q4_1),
    Q5_0(8, DType.Q5_0),
    Q5_1(9, DType.Q5_1),
    Q2_K(10, DType.Q2_K),
    Q3_K_S(11, DType.Q3_K),
    Q3_K_M(12, DType.Q3_K),
    Q3_K_L(13, DType.Q3_K),
    Q4_K_S(14, DType.Q4_K),
    Q4_K_M(15, DType.Q4_K),
    Q5_K_S(16, DType.Q5_K),
    Q5_K_M(17, DType.Q5_K),
    Q6_K(18, DType.Q6_K),
    IQ4_NL(25, DType.IQ4_NL),
    IQ4_XS(30, DType.IQ4_XS),

    /// The experts of a mixture in MXFP4 and the rest in Q8_0, as gpt-oss is published.
    MXFP4(38, DType.MXFP4);

    private final int number;
    private final DType base;

    FileType(int number, DType base) {
        this.number = number;
        this.base = base;
    }

    /// The number that stands for it in a GGUF file.
    public int number() {
        return number;
    }

    /// The format of most matrices.
    public DType base() {
        return base;
    }

    /// Whether every matrix gets the same format, each number on its own.
    boolean isPlain() {
        return base.blockElements() == 1;
    }

    /// The type of a name, in capitals or small letters; `Q3_K`, `Q4_K` and `Q5_K` mean their medium mixture and
    /// `MXFP4_MOE` is MXFP4, as elsewhere.
    ///
    /// @throws RequestException listing the types if there is none of this name
    public static FileType of(String name) {
        String wanted = switch (name.toUpperCase(Locale.ROOT)) {
            case "Q3_K" -> "Q3_K_M";
            case "Q4_K" -> "Q4_K_M";
            case "Q5_K" -> "Q5_K_M";
            case "MXFP4_MOE" -> "MXFP4";
            case String other -> other;
        };
        return Arrays.stream(values())
                .filter(type -> type.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new RequestException(name + " is " + reason(wanted) + "; the types are "
                        + Arrays.stream(values()).map(FileType::name).collect(Collectors.joining(", ")) + "."));
    }

    private static String reason(String name) {
        boolean known = Arrays.stream(DType.values())
                .anyMatch(type -> BlockCodec.supports(type) && name.startsWith(type.name()));
        return known ? "a type that can be read here but not written" : "no type that can be written";
    }
}
