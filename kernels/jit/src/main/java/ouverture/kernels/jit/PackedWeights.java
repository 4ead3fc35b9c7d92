package ouverture.kernels.jit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.PackedStore;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;

/// Weights in the form of [PackedLayout], strip by strip as they are first multiplied with, by the worker that
/// multiplies. What was packed is kept if the tensor's memory is read-only, as a model file's is, and then
/// stands in place of the file's pages; else, or where memory is short, a strip is packed each time.
final class PackedWeights implements AutoCloseable {
    private final CodeCache code;
    private final WorkMemory[] scratch;
    private final boolean keeps;
    private final PackedMemory memory = new PackedMemory();
    private final PackedWriter writer = new PackedWriter();
    private final List<PackedFile> files = new ArrayList<>();
    private final Map<Long, PackedMatrices> matrices = new HashMap<>();

    /// @param scratch memory of each worker
    /// @param keeps whether what was packed may be kept
    /// @param store where on the disk, if it may
    PackedWeights(CodeCache code, WorkMemory[] scratch, boolean keeps, Optional<PackedStore> store) {
        this(code, scratch, keeps, store, (channel, bytes, position) -> channel.write(bytes, position));
    }

    /// @param output how files are written
    PackedWeights(
            CodeCache code,
            WorkMemory[] scratch,
            boolean keeps,
            Optional<PackedStore> store,
            PackedFile.Output output) {
        this.code = code;
        this.scratch = scratch;
        this.keeps = keeps;
        if (keeps && store.isPresent()) {
            for (PackedStore.Source source : store.get().sources()) {
                PackedFile.open(store.get(), source, code.set(), output).ifPresent(files::add);
            }
            files.forEach(writer::fetch);
        }
    }

    /// The packed planes of a tensor whose memory was checked. What is multiplied with for the first time is kept
    /// only where a file has it, because new memory costs more than packing: the first step of a model should not
    /// wait for as much memory as the model has.
    PackedMatrices of(Tensor weight, PackedLayout format) {
        if (!keeps || !weight.data().isReadOnly()) {
            return matrices(weight, format, null);
        }
        long address = weight.data().address();
        PackedMatrices known = matrices.get(address);
        if (known != null && known.serves(weight)) {
            known.keep(memory);
            return known;
        }
        PackedMatrices first = matrices(weight, format, fileOf(weight));
        matrices.put(address, first);
        return first;
    }

    private PackedMatrices matrices(Tensor weight, PackedLayout format, @Nullable PackedFile file) {
        return new PackedMatrices(weight, code.get(format.packing()), scratch, file);
    }

    private @Nullable PackedFile fileOf(Tensor weight) {
        for (PackedFile file : files) {
            if (file.find(weight) != null) {
                return file;
            }
        }
        return null;
    }

    /// Ends a product with a plane, when no worker packs any more.
    void release(PackedMatrices matrices, int plane) {
        matrices.release(plane, writer);
    }

    @Override
    public void close() {
        writer.close();
        matrices.clear();
        memory.close();
        files.forEach(PackedFile::close);
    }
}
