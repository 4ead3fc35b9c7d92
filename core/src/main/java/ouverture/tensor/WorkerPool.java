package ouverture.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Fixed platform threads that share one operation at a time. Workers spin briefly for the next operation, then
/// park. Parts are handed out in chunks from a shared counter, so that a core that other programs slow down does
/// not hold up the rest. One caller at a time.
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 2_000;

    /// Work on parts `from` (inclusive) to `to` (exclusive).
    @FunctionalInterface
    public interface Part {
        void run(int from, int to);
    }

    private record Job(Part part, int count, int chunk, AtomicInteger next, AtomicInteger running) {}

    private final Thread[] workers;
    private volatile @Nullable Job job;
    private final AtomicInteger generation = new AtomicInteger();
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    /// Starts `threads - 1` workers; the caller of [#run] is the remaining one.
    public WorkerPool(int threads) {
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = Thread.ofPlatform().daemon().name("ouverture-worker-" + (i + 1)).unstarted(this::work);
        }
        for (Thread worker : workers) {
            worker.start();
        }
    }

    /// Number of threads that compute, the caller's included.
    public int threads() {
        return workers.length + 1;
    }

    /// Runs `part` over 0 to `count`, at least `grain` parts at a time, and returns when all are done.
    public void run(int count, int grain, Part part) {
        if (workers.length == 0 || count <= grain) {
            part.run(0, count);
            return;
        }
        int chunk = Math.max(grain, Math.ceilDiv(count, 8 * threads()));
        Job mine = new Job(part, count, chunk, new AtomicInteger(), new AtomicInteger(workers.length));
        job = mine;
        generation.incrementAndGet();
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        Throwable own = null;
        try {
            drain(mine);
        } catch (RuntimeException | Error e) {
            own = e;
        }
        while (mine.running.get() > 0) {
            Thread.onSpinWait();
        }
        Throwable thrown = own != null ? own : failure;
        failure = null;
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }

    private static void drain(Job job) {
        for (; ; ) {
            int from = job.next.getAndAdd(job.chunk);
            if (from >= job.count) {
                return;
            }
            job.part.run(from, Math.min(job.count, from + job.chunk));
        }
    }

    private void work() {
        int seen = 0;
        while (!closed) {
            int spins = 0;
            while (generation.get() == seen && !closed) {
                if (spins++ < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            Job mine = job;
            if (closed || mine == null) {
                return;
            }
            seen = generation.get();
            try {
                drain(mine);
            } catch (RuntimeException | Error e) {
                failure = e;
            } finally {
                mine.running.decrementAndGet();
            }
        }
    }

    /// Ends the workers and waits until they have ended.
    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
