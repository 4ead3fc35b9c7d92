package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Reads packed planes of files ahead and writes others to them, in the background, one after another.
final class PackedWriter implements AutoCloseable {
    /// Its thread starts with the first task.
    private final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("packed-weights").factory());

    private volatile boolean closing;

    /// Reads what a file has, soon.
    void fetch(PackedFile file) {
        executor.execute(() -> file.fetch(() -> closing));
    }

    /// Writes a plane soon.
    ///
    /// @param packed which does not change until this is closed
    /// @param then done when the plane is in the file, by the writer's thread
    void write(PackedFile file, PackedPlan.Place place, int plane, MemorySegment packed, Runnable then) {
        executor.execute(() -> {
            if (!closing && file.write(place, plane, packed, () -> closing)) {
                then.run();
            }
        });
    }

    /// Leaves what is not written yet to another process.
    @Override
    public void close() {
        closing = true;
        executor.close();
    }
}
