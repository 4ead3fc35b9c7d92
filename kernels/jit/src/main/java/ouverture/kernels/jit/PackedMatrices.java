package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;

/// The packed planes of one tensor. Each lies in the [PackedFile], where its strips are checked before they are
/// first multiplied with; or in memory of its own, where each is packed before it is; or nowhere, and strips are
/// packed in scratch memory each time. What was packed in memory goes to the file in the background, and when it
/// is there, the memory is given back.
final class PackedMatrices {
    private final Tensor weight;
    private final MemorySegment packing;
    private final WorkMemory[] scratch;
    private final @Nullable PackedFile file;
    private final PackedPlan.@Nullable Place place;
    private final int strips;
    private final long stripBytes;
    private final int blocks;

    /// Memory for all strips of all planes, or nothing.
    private MemorySegment memory = MemorySegment.NULL;

    /// Where each plane begins; 0 if nowhere.
    private final long[] starts;

    private final boolean[] inFile;

    /// Strips that are packed, or were checked.
    private final boolean[] done;

    /// Strips of each plane that are not done; -1 when all that follows from its being complete is done too.
    private final AtomicIntegerArray missing;

    /// Not 0 for planes that the file had wrong: those stay in memory.
    private final AtomicIntegerArray damaged;

    /// Planes that are in the file since this has packed them.
    private final Queue<Integer> written = new ConcurrentLinkedQueue<>();

    /// @param packing routine that packs a strip
    /// @param scratch memory of each worker
    /// @param file that has a place for the tensor; null if none has
    PackedMatrices(Tensor weight, MemorySegment packing, WorkMemory[] scratch, @Nullable PackedFile file) {
        this.weight = weight;
        this.packing = packing;
        this.scratch = scratch;
        this.file = file;
        place = file == null ? null : file.find(weight);
        strips = Strips.count(weight);
        stripBytes = Strips.ROWS * weight.rowBytes();
        blocks = weight.columns() / weight.type().blockElements();
        int planes = weight.planes();
        starts = new long[planes];
        inFile = new boolean[planes];
        done = new boolean[Math.multiplyExact(planes, strips)];
        missing = new AtomicIntegerArray(planes);
        damaged = new AtomicIntegerArray(planes);
        for (int plane = 0; plane < planes; plane++) {
            missing.set(plane, strips);
            if (file != null && place != null && file.isWritten(place, plane)) {
                place(plane, true, file.address(place, plane));
            }
        }
    }

    /// Bytes of all packed planes of a tensor.
    static long bytes(Tensor weight) {
        return (long) weight.planes() * planeBytes(weight);
    }

    private static long planeBytes(Tensor weight) {
        return Strips.count(weight) * Strips.ROWS * weight.rowBytes();
    }

    boolean serves(Tensor other) {
        return other.type() == weight.type()
                && other.planes() == weight.planes()
                && other.rows() == weight.rows()
                && other.columns() == weight.columns()
                && other.data().scope().equals(weight.data().scope());
    }

    private void place(int plane, boolean file, long start) {
        inFile[plane] = file;
        starts[plane] = start;
        missing.set(plane, strips);
        for (int strip = 0; strip < strips; strip++) {
            done[plane * strips + strip] = false;
        }
    }

    /// Gives memory to planes that have no place yet, and places in the file to those that are there by now. Not
    /// while workers pack.
    void keep(PackedMemory owner) {
        for (Integer plane = written.poll(); plane != null; plane = written.poll()) {
            if (file != null && place != null && damaged.get(plane) == 0) {
                place(plane, true, file.address(place, plane));
                SystemPages.drop(ownStart(plane), planeBytes(weight));
            }
        }
        for (int plane = 0; plane < starts.length; plane++) {
            if (starts[plane] == 0) {
                if (memory.byteSize() == 0) {
                    memory = owner.allocate(bytes(weight));
                }
                if (memory.byteSize() > 0) {
                    place(plane, false, ownStart(plane));
                }
            }
        }
    }

    private long ownStart(int plane) {
        return memory.address() + plane * planeBytes(weight);
    }

    /// Whether all of a plane is packed.
    boolean isComplete(int plane) {
        return starts[plane] != 0 && missing.get(plane) <= 0;
    }

    /// Packs or checks what is not done yet of some strips, which no other worker may do meanwhile.
    ///
    /// @return the address of the first, until this worker's scratch memory is used again
    long address(int worker, int plane, int first, int count) {
        if (starts[plane] == 0) {
            return pass(worker, plane, first, count);
        }
        boolean packs = false;
        for (int strip = first; strip < first + count && !isComplete(plane); strip++) {
            int index = plane * strips + strip;
            if (!done[index]) {
                if (!inFile[plane]) {
                    pack(plane, strip, starts[plane] + strip * stripBytes);
                    packs = true;
                } else if (!isIntact(plane, strip)) {
                    damaged.set(plane, 1);
                    return pass(worker, plane, first, count);
                }
                done[index] = true;
                missing.decrementAndGet(plane);
            }
        }
        if (packs) {
            int row = first * Strips.ROWS;
            drop(plane, row, Math.min(count * Strips.ROWS, weight.rows() - row));
        }
        return starts[plane] + first * stripBytes;
    }

    private boolean isIntact(int plane, int strip) {
        return file != null && place != null && file.isIntact(place, plane, strip);
    }

    /// Packs strips in scratch memory.
    private long pass(int worker, int plane, int first, int count) {
        MemorySegment strip = scratch[worker].segment(count * stripBytes);
        for (int i = 0; i < count; i++) {
            pack(plane, first + i, strip.address() + i * stripBytes);
        }
        return strip.address();
    }

    private void pack(int plane, int strip, long to) {
        int row = strip * Strips.ROWS;
        int rows = Math.min(Strips.ROWS, weight.rows() - row);
        NativeCalls.call(packing, address(plane, row), to, rows, blocks, weight.rowBytes(), 0);
    }

    /// Where a row of the tensor is.
    private long address(int plane, int row) {
        return weight.data().address() + ((long) plane * weight.rows() + row) * weight.rowBytes();
    }

    /// Gives the file's whole pages of some packed rows back at once: else the largest matrix would be in
    /// memory twice.
    private void drop(int plane, int row, int rows) {
        if (weight.data().isMapped()) {
            SystemPages.drop(address(plane, row), rows * weight.rowBytes());
        }
    }

    /// Does what a product leaves to do for a plane: gives the file's pages back if all of it is packed, and
    /// hands it to the writer. Not while workers pack.
    void release(int plane, PackedWriter writer) {
        if (inFile[plane] && damaged.get(plane) != 0) {
            place(plane, false, memory.byteSize() == 0 ? 0 : ownStart(plane));
        }
        if (starts[plane] != 0 && missing.compareAndSet(plane, 0, -1)) {
            drop(plane, 0, weight.rows());
            if (file != null && place != null && !inFile[plane]) {
                MemorySegment packed = memory.asSlice(plane * planeBytes(weight), planeBytes(weight));
                writer.write(file, place, plane, packed, () -> written.add(plane));
            }
        }
    }
}
