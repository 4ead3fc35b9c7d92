package ouverture.file.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import ouverture.error.ModelFileException;
import ouverture.file.GgufFixture;
import ouverture.file.GgufValue;
import ouverture.file.GgufWriter;
import ouverture.file.ModelFile;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

class QuantizerTest {
    @TempDir
    private Path folder;

    /// The files of another engine's quantiser, from the same weights: same header, formats and bytes.
    @ParameterizedTest
    @ValueSource(strings = {"Q4_K_M", "Q2_K", "Q5_K_S"})
    void mixturesAreThoseOfTheReference(String name) {
        Path ours = folder.resolve("ours.gguf");

        Conversion.run(source(), ours, FileType.of(name));

        try (ModelFile actual = ModelFile.open(ours);
                ModelFile expected = ModelFile.open(Shared.path("conformance/quants/llama-mix-" + name + ".gguf"))) {
            assertThat(bytes(actual.ggufValues())).containsExactlyInAnyOrderEntriesOf(bytes(expected.ggufValues()));
            assertThat(actual.tensors()).containsOnlyKeys(expected.tensors().keySet());
            expected.tensors()
                    .forEach((tensor, theirs) -> assertSame(actual.tensors().get(tensor), theirs));
        }
    }

    /// The reference has these formats without mixture: tensors that have the format here are the same.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MXFP4")
    void matricesOfOneFormatAreThoseOfTheReference(FileType type) {
        Path ours = folder.resolve("ours.gguf");

        Conversion.run(source(), ours, type);

        try (ModelFile actual = ModelFile.open(ours);
                ModelFile expected = ModelFile.open(Shared.path("conformance/quants/llama-" + type.base() + ".gguf"))) {
            assertThat(actual.metadata().values())
                    .containsEntry("general.file_type", (long) type.number())
                    .containsEntry("general.quantization_version", 2L);
            List<Tensor> same = actual.tensors().values().stream()
                    .filter(tensor -> tensor.type() == type.base())
                    .toList();
            assertThat(same).hasSizeGreaterThanOrEqualTo(9);
            same.forEach(tensor -> assertSame(tensor, expected.tensors().get(tensor.name())));
        }
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.type()).as(actual.name()).isEqualTo(expected.type());
        assertThat(actual.rows()).isEqualTo(expected.rows());
        assertThat(actual.columns()).isEqualTo(expected.columns());
        assertThat(actual.data().mismatch(expected.data())).as(actual.name()).isEqualTo(-1);
    }

    private static Map<String, List<Byte>> bytes(Map<String, GgufValue> values) {
        Map<String, List<Byte>> bytes = new java.util.TreeMap<>();
        values.forEach((key, value) -> {
            List<Byte> list = new java.util.ArrayList<>(List.of((byte) value.type()));
            for (byte b : value.bytes().toArray(ValueLayout.JAVA_BYTE)) {
                list.add(b);
            }
            bytes.put(key, list);
        });
        return bytes;
    }

    @Test
    void expertsBecomeMxfp4AndTheRestEightBits() {
        Path ours = folder.resolve("ours.gguf");
        Path mixtral = Shared.path("conformance/models/mixtral.gguf");

        Conversion.run(mixtral, ours, FileType.MXFP4);

        try (ModelFile file = ModelFile.open(ours);
                ModelFile before = ModelFile.open(mixtral)) {
            file.tensors().forEach((name, tensor) -> {
                DType expected = TypeRules.fitting(
                        name.contains("_exps.")
                                ? DType.MXFP4
                                : name.contains("norm") || name.contains("gate_inp") ? DType.F32 : DType.Q8_0,
                        tensor.columns());
                assertThat(tensor.type()).as(name).isEqualTo(expected);
                float[] rounded = floats(tensor);
                float[] numbers = floats(before.tensors().get(name));
                double squaredError = 0;
                double squares = 0;
                for (int i = 0; i < numbers.length; i++) {
                    squaredError += Math.pow((double) rounded[i] - numbers[i], 2);
                    squares += Math.pow(numbers[i], 2);
                }
                double most = expected == DType.MXFP4 ? 0.15 : expected == DType.Q8_0 ? 0.01 : 1e-3;
                assertThat(Math.sqrt(squaredError / squares)).as(name).isLessThanOrEqualTo(most);
            });
            assertThat(file.tensors().values()).extracting(Tensor::type).contains(DType.MXFP4, DType.Q8_0, DType.F16);
        }
    }

    /// gpt-oss has experts in MXFP4 already: they stay as they are, without being asked for.
    @Test
    void whatHasTheFormatAlreadyIsCopied() {
        Path ours = folder.resolve("ours.gguf");
        Path original = Shared.path("conformance/models/gpt-oss.gguf");

        Conversion.run(original, ours, FileType.MXFP4);

        try (ModelFile file = ModelFile.open(ours);
                ModelFile before = ModelFile.open(original)) {
            before.tensors().values().stream()
                    .filter(tensor -> tensor.type() == DType.MXFP4)
                    .forEach(tensor -> assertSame(file.tensors().get(tensor.name()), tensor));
        }
    }

    @Test
    void changesSayWhatRoundingDid() {
        Path ours = folder.resolve("ours.gguf");

        List<Quantizer.Change> changes = Conversion.run(source(), ours, FileType.Q4_0);

        try (ModelFile file = ModelFile.open(ours);
                ModelFile before = ModelFile.open(source())) {
            for (Quantizer.Change change : changes) {
                Tensor tensor = change.step().tensor();
                float[] rounded = floats(file.tensors().get(tensor.name()));
                float[] numbers = floats(before.tensors().get(tensor.name()));
                double squaredError = 0;
                for (int i = 0; i < numbers.length; i++) {
                    squaredError += Math.pow((double) rounded[i] - numbers[i], 2);
                }
                assertThat(change.squaredError())
                        .as(tensor.name())
                        .isCloseTo(squaredError, org.assertj.core.data.Percentage.withPercentage(1e-6));
            }
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] floats = new float[(int) tensor.size()];
        BlockCodec.of(tensor.type()).decode(tensor.data(), 0, floats, 0, floats.length);
        return floats;
    }

    /// A tensor of more pieces than are written at once, with rows that end inside of pieces.
    @Test
    void threadsDoNotChangeTheFile() throws IOException {
        Path large = GgufFixture.of("test")
                .randomTensor("blk.0.ffn_up.weight", 1, 768, 1500)
                .randomTensor("blk.0.ffn_down.weight", 2, 96, 7)
                .write(folder.resolve("large.gguf"));
        Path one = folder.resolve("one.gguf");
        Path three = folder.resolve("three.gguf");

        List<Quantizer.Change> alone = Conversion.run(large, one, FileType.Q4_K_M, 1);
        List<Quantizer.Change> together = Conversion.run(large, three, FileType.Q4_K_M, 3);

        assertThat(Files.mismatch(one, three)).isEqualTo(-1);
        assertThat(together)
                .extracting(Quantizer.Change::squares)
                .isEqualTo(alone.stream().map(Quantizer.Change::squares).toList());
    }

    @Test
    void stoppedHalfWayNothingIsLeft() throws IOException {
        Path old = Files.writeString(folder.resolve("model.gguf"), "old");
        try (ModelFile model = ModelFile.open(source())) {
            QuantizationPlan plan = QuantizationPlan.of(model, Map.of(), FileType.Q8_0, false);
            try (GgufWriter writer = GgufWriter.create(old, plan.values(), plan.slots());
                    Quantizer quantizer = new Quantizer(2)) {
                assertThat(quantizer.run(plan, writer, (tensor, _) -> tensor < 5))
                        .isEmpty();
            }
        }
        assertUntouched(old);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, 70_000})
    void numbersThatCannotBeKeptAreRefused(float broken) throws IOException {
        byte[] data = new byte[64 * Float.BYTES];
        MemorySegment.ofArray(data).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 40, broken);
        Path model = GgufFixture.of("test")
                .randomTensor("blk.0.ffn_up.weight", 1, 32, 2)
                .tensor("blk.0.ffn_down.weight", DType.F32, data, 32, 2)
                .write(folder.resolve("source.gguf"));
        Path old = Files.writeString(folder.resolve("model.gguf"), "old");

        assertThatThrownBy(() -> Conversion.run(model, old, FileType.F16))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("blk.0.ffn_down.weight")
                .hasMessageContaining(Float.isFinite(broken) ? "BF16 or F32" : "not finite");
        Files.delete(model);
        assertUntouched(old);
    }

    private void assertUntouched(Path old) throws IOException {
        assertThat(old).hasContent("old");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(old);
        }
    }

    private static Path source() {
        return Shared.path("conformance/quants/llama-F32.gguf");
    }
}
