package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Weights as DeepSeek V3, R1 and Kimi K2 are published: numbers of 8 bits (E4M3, arXiv 2209.05433) and one F32
/// factor for each rectangle of them (arXiv 2412.19437, section 3.3), in a tensor of the weight's name with
/// `_scale_inv` behind it. No format of GGML is like that, so they become BF16 in memory, as the published
/// conversion of these models does: two bytes for each weight.
final class Fp8Weights {
    /// What config.json calls such weights.
    static final String METHOD = "fp8";
    /// Name of the number format in safetensors.
    static final String FORMAT = "F8_E4M3";

    private static final String SCALE = "_scale_inv";
    private static final float[] VALUES = values();

    private final int blockRows;
    private final int blockColumns;
    private final Map<String, Tensor> scales = new HashMap<>();

    private Fp8Weights(int blockRows, int blockColumns) {
        this.blockRows = blockRows;
        this.blockColumns = blockColumns;
    }

    /// What a config.json says of such weights; empty if its weights are not so.
    ///
    /// @throws UnsupportedModelException if they are 8-bit numbers of another kind
    static Optional<Fp8Weights> of(HuggingFaceConfig config) {
        return config.object("quantization_config")
                .filter(settings -> settings.string("quant_method").orElse("").equals(METHOD))
                .map(settings -> {
                    List<Integer> block = settings.elements("weight_block_size").stream()
                            .map(size -> size.asInt(0))
                            .toList();
                    boolean known = settings.string("fmt").orElse("e4m3").equals("e4m3")
                            && block.size() == 2
                            && block.getFirst() > 0
                            && block.getLast() > 0;
                    if (!known) {
                        throw new UnsupportedModelException(config.file()
                                + " says that its weights are 8-bit numbers other than e4m3 with a factor for each"
                                + " rectangle, which this version cannot read: try a GGUF file of the model.");
                    }
                    return new Fp8Weights(block.getFirst(), block.getLast());
                });
    }

    /// Remembers the factors that a file holds; weights and their factors need not lie in one file.
    ///
    /// @throws ModelFileException if the shape of one is out of range
    void addScales(SafetensorsHeader header) {
        header.entries().forEach((name, entry) -> {
            if (isScale(name)) {
                scales.put(name, header.tensor(entry));
            }
        });
    }

    /// Whether a tensor of this name holds factors.
    static boolean isScale(String name) {
        return name.endsWith(".weight" + SCALE);
    }

    /// The weights of an entry of format [#FORMAT] as BF16.
    ///
    /// @param arena where they are to live
    /// @throws ModelFileException if their factors are missing or do not fit
    Tensor decode(SafetensorsHeader header, SafetensorsHeader.Entry entry, Arena arena) {
        long[] shape = entry.shape();
        Tensor scale = scales.get(entry.name() + SCALE);
        if (shape.length != 2
                || shape[0] > Integer.MAX_VALUE
                || shape[1] > Integer.MAX_VALUE
                || entry.start() == entry.end()) {
            throw new ModelFileException(header.file() + ": tensor " + Sentences.quoted(entry.name())
                    + " holds 8-bit numbers and is no matrix.");
        }
        int rows = (int) shape[0];
        int columns = (int) shape[1];
        if (scale == null
                || scale.type() != DType.F32
                || scale.planes() != 1
                || scale.rows() != Math.ceilDiv(rows, blockRows)
                || scale.columns() != Math.ceilDiv(columns, blockColumns)) {
            throw new ModelFileException(header.file() + ": tensor " + Sentences.quoted(entry.name())
                    + " has no factors of its shape in the folder (" + SCALE + "): the folder is incomplete.");
        }
        MemorySegment numbers = header.weights().asSlice(entry.start(), entry.end() - entry.start());
        long rowBytes = DType.BF16.bytes(columns);
        MemorySegment decoded = TensorChange.allocate(entry.name(), rows * rowBytes, arena);
        BlockCodec bf16 = BlockCodec.of(DType.BF16);
        float[] factors = new float[scale.columns()];
        float[] row = new float[columns];
        for (int r = 0; r < rows; r++) {
            BlockCodec.of(DType.F32).decode(scale.data(), r / blockRows * scale.rowBytes(), factors, 0, factors.length);
            for (int c = 0; c < columns; c++) {
                int bits = numbers.get(ValueLayout.JAVA_BYTE, (long) r * columns + c) & 0xff;
                row[c] = VALUES[bits] * factors[c / blockColumns];
            }
            bf16.encode(row, 0, decoded, r * rowBytes, columns);
        }
        return Tensor.matrix(entry.name(), DType.BF16, rows, columns, decoded);
    }

    /// All numbers of E4M3: sign, 4 bits of exponent with bias 7, 3 of mantissa; all ones are NaN, none infinite.
    private static float[] values() {
        float[] values = new float[256];
        for (int bits = 0; bits < values.length; bits++) {
            int exponent = bits >> 3 & 15;
            int mantissa = bits & 7;
            float magnitude =
                    exponent == 0 ? Math.scalb((float) mantissa, -9) : Math.scalb(8f + mantissa, exponent - 10);
            values[bits] = (bits & 127) == 127 ? Float.NaN : bits < 128 ? magnitude : -magnitude;
        }
        return values;
    }
}
