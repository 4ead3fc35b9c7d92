package ouverture;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import ouverture.file.ModelFile;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.PackedFolder;
import ouverture.tensor.PackedStore;

/// What an engine asks of its kernels.
final class EngineKernels {
    private EngineKernels() {}

    /// @param fits whether the weights can be kept in memory a second time, in another order
    /// @param files whose weights the kernels multiply with
    static KernelsOptions options(EngineOptions options, boolean fits, int threads, List<ModelFile> files) {
        return new KernelsOptions(
                threads,
                switch (options.activations()) {
                    case F32 -> KernelsOptions.Activations.F32;
                    case Q8 -> KernelsOptions.Activations.Q8;
                    case AUTO -> KernelsOptions.Activations.AUTO;
                },
                fits && !(options.repack() instanceof Repack.Off),
                options.repack() instanceof Repack.Disk(Path folder, long limit, Consumer<String> notices)
                        ? Optional.of(new PackedStore(new PackedFolder(folder, limit), sources(files), notices))
                        : Optional.empty());
    }

    private static List<PackedStore.Source> sources(List<ModelFile> files) {
        return files.stream()
                .map(from -> new PackedStore.Source(
                        from.metadata().file(),
                        from.weightFiles(),
                        List.copyOf(from.tensors().values())))
                .toList();
    }
}
