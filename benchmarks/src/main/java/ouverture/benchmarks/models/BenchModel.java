package ouverture.benchmarks.models;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import ouverture.file.quantize.FileType;

/// A model with random weights that is measured.
public sealed interface BenchModel permits GgufModel, SafetensorsModel {
    /// The GGUF files of the table in `docs/performance.md`.
    static List<BenchModel> all() {
        List<FileType> usual = List.of(FileType.Q4_0, FileType.Q8_0, FileType.Q4_K_M);
        return Stream.of(
                        of(Shapes.llama(false), usual),
                        of(Shapes.gptOss(false), List.of(FileType.MXFP4)),
                        of(Shapes.qwen3(false), usual),
                        of(Shapes.deepSeek(false), List.of(FileType.Q4_K_M)))
                .flatMap(List::stream)
                .toList();
    }

    /// The model for engines that read no GGUF files: Llama's shape as a folder with safetensors.
    static BenchModel safetensors() {
        return new SafetensorsModel(Shapes.llama(false));
    }

    /// A GGUF file of each family, of a few hundred kilobytes.
    static List<BenchModel> tiny() {
        return List.of(
                new GgufModel(Shapes.llama(true), FileType.Q4_0),
                new GgufModel(Shapes.gptOss(true), FileType.MXFP4),
                new GgufModel(Shapes.qwen3(true), FileType.Q4_K_M),
                new GgufModel(Shapes.deepSeek(true), FileType.Q8_0));
    }

    /// As [#safetensors], of a few hundred kilobytes.
    static BenchModel tinySafetensors() {
        return new SafetensorsModel(Shapes.llama(true));
    }

    /// The model that servers are measured with: Llama's shape with a tokenizer.
    ///
    /// @param tiny a few hundred kilobytes, for trying
    static GgufModel served(boolean tiny) {
        return new GgufModel(Shapes.llama(tiny).withWords(), FileType.Q4_0);
    }

    private static List<BenchModel> of(ModelShape shape, List<FileType> types) {
        return types.stream()
                .map(type -> (BenchModel) new GgufModel(shape, type))
                .toList();
    }

    /// The name of the file or folder.
    String fileName();

    /// Bytes on the disk, about.
    long bytes();

    /// Weights that a token is multiplied by: of a mixture, those of the experts that it goes to.
    double activeParameters();

    /// Whether all of it is in a folder.
    boolean isIn(Path folder) throws IOException;

    /// Writes it into a folder, where it is when all of it is.
    ///
    /// @throws ouverture.error.ResourceException if it cannot be written, as on a full disk
    void write(Path folder) throws IOException;
}
