package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
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
    private final Map<Long, Matrices> matrices = new HashMap<>();

    /// @param scratch memory of each worker
    /// @param keeps whether what was packed may be kept
    PackedWeights(CodeCache code, WorkMemory[] scratch, boolean keeps) {
        this.code = code;
        this.scratch = scratch;
        this.keeps = keeps;
    }

    /// The packed planes of a tensor whose memory was checked. What is multiplied with for the first time is not
    /// kept yet, because new memory costs more than packing: the first step of a model should not wait for as
    /// much memory as the model has.
    Matrices of(Tensor weight, PackedLayout format) {
        if (!keeps || !weight.data().isReadOnly()) {
            return new Matrices(weight, format, MemorySegment.NULL);
        }
        long address = weight.data().address();
        Matrices known = matrices.get(address);
        boolean again = known != null && known.serves(weight);
        if (known != null && again && known.isKept()) {
            return known;
        }
        MemorySegment kept = again ? memory.allocate(Matrices.bytes(weight)) : MemorySegment.NULL;
        Matrices next = new Matrices(weight, format, kept);
        matrices.put(address, next);
        return next;
    }

    /// The planes of one tensor.
    final class Matrices {
        private final Tensor weight;
        private final MemorySegment routine;

        /// All strips of all planes, or nothing if they are not kept.
        private final MemorySegment packed;

        private final int strips;
        private final long stripBytes;
        private final int blocks;
        private final boolean[] done;

        /// Strips of each plane that are not packed yet; -1 when the file's pages are dropped.
        private final AtomicIntegerArray missing;

        private Matrices(Tensor weight, PackedLayout format, MemorySegment packed) {
            this.weight = weight;
            this.packed = packed;
            routine = code.get(format.packing());
            strips = strips(weight);
            stripBytes = Strips.ROWS * weight.rowBytes();
            blocks = weight.columns() / weight.type().blockElements();
            int planes = isKept() ? weight.planes() : 0;
            done = new boolean[Math.multiplyExact(planes, strips)];
            int[] counts = new int[planes];
            Arrays.fill(counts, strips);
            missing = new AtomicIntegerArray(counts);
        }

        /// Strips of a plane.
        static int strips(Tensor weight) {
            return Math.ceilDiv(weight.rows(), Strips.ROWS);
        }

        private static long bytes(Tensor weight) {
            return (long) weight.planes() * strips(weight) * Strips.ROWS * weight.rowBytes();
        }

        private boolean serves(Tensor other) {
            return other.type() == weight.type()
                    && other.planes() == weight.planes()
                    && other.rows() == weight.rows()
                    && other.columns() == weight.columns()
                    && other.data().scope().equals(weight.data().scope());
        }

        private boolean isKept() {
            return packed.byteSize() > 0;
        }

        /// Whether all of a plane is packed.
        boolean isComplete(int plane) {
            return isKept() && missing.get(plane) <= 0;
        }

        long stripBytes() {
            return stripBytes;
        }

        /// Packs what is not packed yet of some strips, which no other worker may do meanwhile.
        ///
        /// @return the address of the first, until this worker's scratch memory is used again
        long address(int worker, int plane, int first, int count) {
            if (!isKept()) {
                MemorySegment strip = scratch[worker].segment(count * stripBytes);
                for (int i = 0; i < count; i++) {
                    pack(plane, first + i, strip.address() + i * stripBytes);
                }
                return strip.address();
            }
            long before = (long) plane * strips;
            boolean packs = false;
            for (int strip = first; strip < first + count && !isComplete(plane); strip++) {
                int index = (int) before + strip;
                if (!done[index]) {
                    pack(plane, strip, packed.address() + index * stripBytes);
                    done[index] = true;
                    missing.decrementAndGet(plane);
                    packs = true;
                }
            }
            if (packs) {
                int row = first * Strips.ROWS;
                drop(plane, row, Math.min(count * Strips.ROWS, weight.rows() - row));
            }
            return packed.address() + (before + first) * stripBytes;
        }

        private void pack(int plane, int strip, long to) {
            int row = strip * Strips.ROWS;
            int rows = Math.min(Strips.ROWS, weight.rows() - row);
            NativeCalls.call(routine, address(plane, row), to, rows, blocks, weight.rowBytes(), 0);
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

        /// Gives the file's pages of a plane back if all of it is packed. Not while workers pack.
        void release(int plane) {
            if (isKept() && missing.compareAndSet(plane, 0, -1)) {
                drop(plane, 0, weight.rows());
            }
        }
    }

    @Override
    public void close() {
        matrices.clear();
        memory.close();
    }
}
