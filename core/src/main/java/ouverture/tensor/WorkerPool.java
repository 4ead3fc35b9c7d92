package ouverture.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Fixed platform threads that share one operation at a time. Workers spin briefly for the next operation, then
/// park. Parts are handed out in chunks from a shared counter, and the end is reached when every part is done,
/// so that a core that other programs slow down holds up no more than the chunk it works on. Where there are as
/// many threads as processors, each worker has one of its own, and is called to the caller's for the rest of its
/// chunk when another program took its place. One caller at a time.
public final class WorkerPool implements AutoCloseable {
    /// Looks at the shared state before giving up the processor: some 50 microseconds, longer than the pause
    /// between two operations of a step and shorter than what waking a thread costs.
    private static final int SPINS = 2_000;

    /// Chunks per thread: enough to even out, few enough to leave each chunk a long run of memory.
    private static final int CHUNKS = 8;

    /// Yields between two looks for workers that are not running.
    private static final int YIELDS = 64;

    private static final int NOT_BOUND = -1;

    /// Work on parts `from` (inclusive) to `to` (exclusive).
    @FunctionalInterface
    public interface Part {
        void run(int from, int to);
    }

    /// Work on parts `from` (inclusive) to `to` (exclusive) by thread `worker`, from 0 to [#threads()] - 1,
    /// which runs nothing else meanwhile: an index for scratch memory.
    @FunctionalInterface
    public interface WorkerPart {
        void run(int worker, int from, int to);
    }

    private final Worker[] workers;
    private volatile @Nullable Job job;
    private volatile boolean closed;

    /// Starts `threads - 1` workers; the caller of [#run] is the remaining one.
    public WorkerPool(int threads) {
        workers = new Worker[threads - 1];
        int[] homes = threads == 1 ? new int[0] : BoundThread.homes(threads);
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1, homes.length == 0 ? NOT_BOUND : homes[i + 1]);
        }
        for (Worker worker : workers) {
            worker.thread.start();
        }
    }

    /// Number of threads that compute, the caller's included.
    public int threads() {
        return workers.length + 1;
    }

    /// Runs `part` over 0 to `count`, at least `grain` parts at a time, and returns when all are done.
    ///
    /// @throws RuntimeException the first that a part threw
    public void run(int count, int grain, Part part) {
        run(count, grain, (worker, from, to) -> part.run(from, to));
    }

    /// As the other, and tells each part which thread runs it.
    public void run(int count, int grain, WorkerPart part) {
        if (workers.length == 0 || count <= grain) {
            part.run(0, 0, count);
            return;
        }
        int chunk = Math.max(grain, Math.ceilDiv(count, CHUNKS * threads()));
        Job mine = new Job(part, count, chunk);
        job = mine;
        int helpers = Math.min(workers.length, Math.ceilDiv(count, chunk) - 1);
        for (int i = 0; i < helpers; i++) {
            workers[i].wake();
        }
        mine.work(0);
        await(mine);
        job = null;
        Throwable failure = mine.failure;
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    /// Ends the workers and waits until they have ended.
    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        for (Worker worker : workers) {
            LockSupport.unpark(worker.thread);
            while (worker.thread.isAlive()) {
                try {
                    worker.thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// One operation. A worker that comes late finds no parts left.
    private static final class Job {
        private final WorkerPart part;
        private final int count;
        private final int chunk;

        /// Where the next chunk begins. Every look of an idle worker adds a chunk, also beyond the end: in an int
        /// that would overflow.
        private final AtomicLong next = new AtomicLong();

        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        Job(WorkerPart part, int count, int chunk) {
            this.part = part;
            this.count = count;
            this.chunk = chunk;
        }

        void work(int worker) {
            for (long start = next.getAndAdd(chunk); start < count; start = next.getAndAdd(chunk)) {
                int from = (int) start;
                int to = (int) Math.min(count, start + chunk);
                try {
                    part.run(worker, from, to);
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.getAndAdd(to - from);
                }
            }
        }

        boolean complete() {
            return done.get() >= count;
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // yielding is the point
    private void await(Job mine) {
        for (int spins = 0; !mine.complete(); spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
                continue;
            }
            if ((spins - SPINS) % YIELDS == 0) {
                for (Worker worker : workers) {
                    worker.callHereIfStopped(mine);
                }
            }
            // More threads than free processors: let the one with the last chunk run.
            Thread.yield();
        }
    }

    private final class Worker {
        private final int index;
        private final int home;
        private final Thread thread;
        private volatile boolean parked;
        private volatile @Nullable BoundThread bound;
        private volatile @Nullable Job working;

        /// @param home its processor, or [#NOT_BOUND]
        Worker(int index, int home) {
            this.index = index;
            this.home = home;
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("ouverture-worker-" + index)
                    .unstarted(this::loop);
        }

        void callHereIfStopped(Job mine) {
            BoundThread here = bound;
            if (here != null && working == mine) {
                here.callHereIfStopped();
            }
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }

        private void loop() {
            BoundThread here = home == NOT_BOUND ? null : BoundThread.current(home);
            bound = here;
            Job last = null;
            int spins = 0;
            while (!closed) {
                Job mine = job;
                if (mine != null && mine != last) {
                    working = mine;
                    mine.work(index);
                    working = null;
                    if (here != null) {
                        here.goHome();
                    }
                    last = mine;
                    spins = 0;
                } else if (spins++ < SPINS) {
                    Thread.onSpinWait();
                } else {
                    last = null;
                    park();
                }
            }
        }

        private void park() {
            parked = true;
            // Looked at again after saying so: a caller either sees the flag, or has left the job before it.
            if (job == null && !closed) {
                LockSupport.park(WorkerPool.this);
            }
            parked = false;
        }
    }
}
