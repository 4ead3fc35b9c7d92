package ouverture.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import ouverture.error.OverloadedException;
import ouverture.error.ResourceException;
import ouverture.model.ExpertResidency;
import ouverture.model.ForwardPass;
import ouverture.model.Model;
import ouverture.model.Scratch;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// Runs many sequences in one batch on one thread at its own pace (continuous batching, OSDI 2022 "Orca"): each
/// step takes one token of every answer and as many prompt tokens as fit beside them.
public final class Scheduler implements AutoCloseable {
    private static final String CLOSED = "The engine is closed; open it again to ask it.";

    private final Model model;
    private final Kernels kernels;
    private final KvCache cache;
    private final Scratch scratch;
    private final @Nullable ExpertResidency residency;
    private final Limits limits;
    private final BlockPool pool;
    private final BlockingQueue<Sequence> submitted;
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    /// Bounds of a scheduler.
    ///
    /// @param sequences that run in one batch, at most `batchTokens`
    /// @param queue sequences that may wait
    /// @param batchTokens rows of one step
    public record Limits(int sequences, int queue, int batchTokens) {}

    /// Which rows of a batch belong to a sequence.
    private record Share(Sequence sequence, int count, List<Integer> outputPositions) {}

    /// Starts the scheduler's thread, which alone uses kernels, cache, scratch and residency from now on.
    ///
    /// @param residency which experts are kept in memory, null where that is left to the system
    public Scheduler(
            Model model,
            Kernels kernels,
            KvCache cache,
            Scratch scratch,
            @Nullable ExpertResidency residency,
            Limits limits) {
        this.model = model;
        this.kernels = kernels;
        this.cache = cache;
        this.scratch = scratch;
        this.residency = residency;
        this.limits = limits;
        this.pool = new BlockPool(cache.blocks(), cache.blockSize());
        this.submitted = new LinkedBlockingQueue<>(limits.queue());
        this.thread = Thread.ofPlatform().daemon().name("ouverture-scheduler").unstarted(this::run);
        this.thread.start();
    }

    /// Positions that one sequence can have at most.
    public int positions() {
        return cache.blocks() * cache.blockSize();
    }

    /// Queues a sequence, whose positions must fit the cache.
    ///
    /// @throws OverloadedException if the queue is full
    public void submit(Sequence sequence) {
        if (closed) {
            throw new ResourceException(CLOSED);
        }
        if (!submitted.offer(sequence)) {
            throw new OverloadedException(
                    limits.queue() + " requests wait already, as many as the queue holds; try again later.");
        }
        if (closed && submitted.remove(sequence)) {
            throw new ResourceException(CLOSED);
        }
    }

    private void run() {
        try {
            while (!closed) {
                admit();
                if (!running.isEmpty()) {
                    step();
                }
            }
        } catch (InterruptedException e) {
            // close() interrupts the wait for the next sequence
        } finally {
            closed = true;
            failAll();
        }
    }

    private void admit() throws InterruptedException {
        if (running.isEmpty() && waiting.isEmpty()) {
            waiting.add(submitted.take());
        }
        submitted.removeIf(this::endIfCancelled);
        submitted.drainTo(waiting, Math.max(0, limits.sequences() - running.size() - waiting.size()));
        waiting.removeIf(this::endIfCancelled);
        running.removeIf(this::endIfCancelled);
        while (running.size() < limits.sequences()
                && !waiting.isEmpty()
                && waiting.getFirst().admit(pool)) {
            running.add(waiting.removeFirst());
        }
    }

    private boolean endIfCancelled(Sequence sequence) {
        if (!sequence.cancelled()) {
            return false;
        }
        sequence.finish(FinishReason.CANCELLED, pool);
        return true;
    }

    /// Builds a batch, runs it, and hands out what came of it. A failure ends the sequences of the batch and no
    /// others.
    private void step() {
        List<Share> shares = shares();
        try {
            Batch batch = batch(shares);
            Tensor logits = model.forward(new ForwardPass(kernels, batch, cache, scratch, residency));
            publish(shares, logits);
        } catch (RuntimeException | Error e) {
            for (Share share : shares) {
                if (running.remove(share.sequence)) {
                    share.sequence.fail(e, pool);
                }
            }
        }
    }

    /// Answers get their one row each before prompts share what is left, oldest first.
    private List<Share> shares() {
        int budget = limits.batchTokens();
        for (Sequence sequence : running) {
            budget -= sequence.pending() == 1 ? 1 : 0;
        }
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < running.size(); i++) {
            Sequence sequence = running.get(i);
            int count = sequence.pending() == 1 ? 1 : Math.min(budget, sequence.pending());
            if (count == 0) {
                continue;
            }
            budget -= sequence.pending() == 1 ? 0 : count;
            while (!sequence.reserve(sequence.computed() + count, pool) && running.getLast() != sequence) {
                postpone(running.removeLast());
            }
            if (sequence.reserve(sequence.computed() + count, pool)) {
                shares.add(new Share(sequence, count, outputPositions(sequence, count)));
            } else {
                postpone(running.removeLast());
            }
        }
        return shares;
    }

    /// Takes the blocks of the youngest sequence for older ones; it goes on when there is room again.
    private void postpone(Sequence sequence) {
        sequence.evict(pool);
        waiting.addFirst(sequence);
    }

    private static List<Integer> outputPositions(Sequence sequence, int count) {
        List<Integer> positions = new ArrayList<>();
        for (int position = sequence.computed(); position < sequence.computed() + count; position++) {
            if (sequence.wantsLogits(position)) {
                positions.add(position);
            }
        }
        return positions;
    }

    private static Batch batch(List<Share> shares) {
        int rows = shares.stream().mapToInt(Share::count).sum();
        int[] tokens = new int[rows];
        int[] positions = new int[rows];
        int[] sequences = new int[rows];
        int[][] tables = new int[shares.size()][];
        int[] outputs = new int[rows];
        int outputCount = 0;
        int row = 0;
        for (int s = 0; s < tables.length; s++) {
            Sequence sequence = shares.get(s).sequence;
            tables[s] = sequence.table();
            int first = sequence.computed();
            for (int i = 0; i < shares.get(s).count; i++) {
                tokens[row + i] = sequence.token(first + i);
                positions[row + i] = first + i;
                sequences[row + i] = s;
            }
            for (int position : shares.get(s).outputPositions) {
                outputs[outputCount++] = row + position - first;
            }
            row += shares.get(s).count;
        }
        return new Batch(tokens, positions, sequences, tables, Arrays.copyOf(outputs, outputCount));
    }

    private void publish(List<Share> shares, Tensor logits) {
        int row = 0;
        for (Share share : shares) {
            Sequence sequence = share.sequence;
            sequence.advance(share.count, pool);
            FinishReason reason = null;
            for (int position : share.outputPositions) {
                reason = sequence.accept(position, logits.floats(row++));
            }
            if (reason != null) {
                running.remove(sequence);
                sequence.finish(reason, pool);
            }
        }
    }

    private void failAll() {
        ResourceException failure = new ResourceException("The engine was closed before the answer was complete.");
        submitted.drainTo(waiting);
        for (Sequence sequence : waiting) {
            sequence.fail(failure, pool);
        }
        waiting.clear();
        for (Sequence sequence : running) {
            sequence.fail(failure, pool);
        }
        running.clear();
    }

    /// Ends running sequences with a failure and waits until the thread has ended.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
