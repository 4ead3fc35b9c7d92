package ouverture.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/// A thread that runs on one processor, its home, and can be called to another for a while (Linux manual pages,
/// `sched_setaffinity`). The system alone puts a worker that wakes sometimes beside its caller on one processor
/// while another idles, and leaves one that gave way to another program waiting for milliseconds.
final class BoundThread {
    /// Processors that a mask has room for: as many as Linux supports.
    private static final int PROCESSORS_MAX = 8192;

    private static final long MASK_BYTES = PROCESSORS_MAX / Byte.SIZE;

    /// Looks that a thread is given, some 10 microseconds, to show that it runs, and nanoseconds by which its
    /// time must have grown meanwhile.
    private static final int SPINS = 400;

    private static final long RUNNING_NANOS_MIN = 2_000;

    /// The C library's functions, looked up on first use.
    private static final class Functions {
        private static final MemorySegment THREAD = SystemLibrary.find("gettid");
        private static final MemorySegment PROCESSOR = SystemLibrary.find("sched_getcpu");
        private static final MemorySegment ALLOWED = SystemLibrary.find("sched_getaffinity");
        private static final MemorySegment BIND = SystemLibrary.find("sched_setaffinity");
        private static final MemorySegment TIME = SystemLibrary.find("clock_gettime");
    }

    private final Arena arena = Arena.ofAuto();
    private final int home;
    private final int thread;
    private final MemorySegment homeMask = arena.allocate(MASK_BYTES, Long.BYTES);
    private final MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
    private final MemorySegment time = arena.allocate(2 * JAVA_LONG.byteSize(), Long.BYTES);
    private volatile boolean away;

    private BoundThread(int home) {
        this.home = home;
        thread = (int) SystemLibrary.call(Functions.THREAD, 0, 0, 0);
        bind(homeMask, home);
    }

    /// Binds the calling thread.
    ///
    /// @param home one of [#homes]
    static BoundThread current(int home) {
        return new BoundThread(home);
    }

    /// The processors of `threads` threads, if there is exactly one for each: with fewer threads the system knows
    /// better which are free, with more they must share. Else, and where threads cannot be bound, none.
    static int[] homes(int threads) {
        if (!SystemLibrary.AVAILABLE || Runtime.getRuntime().availableProcessors() != threads) {
            return new int[0];
        }
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment mask = scratch.allocate(MASK_BYTES, Long.BYTES);
            // The low half is the int that the C library's function returns: zero if the mask was written.
            int result = (int) SystemLibrary.call(Functions.ALLOWED, 0, MASK_BYTES, mask.address());
            int[] allowed = BitSet.valueOf(mask.toArray(JAVA_LONG)).stream().toArray();
            return result == 0 && allowed.length == threads ? allowed : new int[0];
        }
    }

    /// The processor that the calling thread runs on now.
    static int processor() {
        return (int) SystemLibrary.call(Functions.PROCESSOR, 0, 0, 0);
    }

    /// Calls the thread to the caller's processor if it is not running where it is. Of several callers only one
    /// at a time may call.
    ///
    /// @return whether it was called
    boolean callHereIfStopped() {
        if (away) {
            return false;
        }
        long before = nanosRun();
        for (int spins = 0; spins < SPINS; spins++) {
            Thread.onSpinWait();
        }
        if (nanosRun() - before >= RUNNING_NANOS_MIN) {
            return false;
        }
        synchronized (this) {
            away = true;
            bind(mask, processor());
        }
        return true;
    }

    /// Sends the calling thread, which must be this one, home if it was called away.
    void goHome() {
        if (away) {
            synchronized (this) {
                away = false;
                bind(homeMask, home);
            }
        }
    }

    /// A refusal is as good as no wish: the thread stays where it may be.
    private void bind(MemorySegment scratch, int processor) {
        scratch.fill((byte) 0);
        scratch.set(JAVA_BYTE, processor / Byte.SIZE, (byte) (1 << processor % Byte.SIZE));
        SystemLibrary.call(Functions.BIND, thread, MASK_BYTES, scratch.address());
    }

    private long nanosRun() {
        // The number of a thread's clock, as the kernel makes it (pthread_getcpuclockid).
        int clock = ~thread << 3 | 6;
        SystemLibrary.call(Functions.TIME, clock, time.address(), 0);
        return time.getAtIndex(JAVA_LONG, 0) * 1_000_000_000 + time.getAtIndex(JAVA_LONG, 1);
    }
}
