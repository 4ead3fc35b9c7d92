package ouverture.tensor;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Where kernels may keep packed weights from one process to the next, and which weights.
///
/// @param notices told what was found wrong or could not be kept, a sentence each, from any thread
public record PackedStore(PackedFolder folder, List<Source> sources, Consumer<String> notices) {
    /// A model file whose weights may be kept.
    ///
    /// @param name for messages and for the name of what is kept
    /// @param files that hold the weights
    /// @param tensors all of the model, in the file's order
    public record Source(String name, List<Path> files, List<Tensor> tensors) {
        public Source {
            files = List.copyOf(files);
            tensors = List.copyOf(tensors);
        }
    }

    public PackedStore {
        sources = List.copyOf(sources);
    }
}
