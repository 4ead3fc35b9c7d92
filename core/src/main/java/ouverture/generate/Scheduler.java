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
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.model.Adapters;
import ouverture.model.ExpertResidency;
import ouverture.model.ForwardPass;
import ouverture.model.Model;
import ouverture.model.RowAdapters;
import ouverture.model.Scratch;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// Runs many sequences in one batch on one thread at its own pace (continuous batching, OSDI 2022 "Orca"): each
/// step takes one token of every answer and as many prompt tokens as fit beside them ([RowShares]). Where there
/// are answers only, tokens that a [Draft] guesses are computed along with them.
public final class Scheduler implements AutoCloseable {
    private static final int[] NOTHING = {};
    private static final String CLOSED = "The engine is closed; open it again to ask it.";

    private final Model model;
    private final Kernels kernels;
    private final KvCache cache;
    private final Scratch scratch;
    private final @Nullable ExpertResidency residency;
    private final @Nullable Drafting drafting;
    private final Limits limits;
    private final BlockPool pool;
    private final RowShares rowShares;
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
    ///
    /// @param count known tokens
    /// @param outputPositions of these, positions whose logits or hidden states are wanted
    /// @param guessed tokens behind them, whose logits are wanted too
    private record Share(Sequence sequence, int count, List<Integer> outputPositions, int[] guessed) {
        int rows() {
            return count + guessed.length;
        }

        int outputs() {
            return sequence.wantsStates() ? 0 : outputPositions.size() + guessed.length;
        }

        int states() {
            return sequence.wantsStates() ? outputPositions.size() : 0;
        }
    }

    /// What a step computes for those who wait.
    private record Results(Tensor logits, @Nullable Tensor states) {
        float[] row(boolean isState, int row) {
            return (isState && states != null ? states : logits).floats(row);
        }
    }

    /// Starts the scheduler's thread, which alone uses kernels, cache, scratch and residency from now on.
    ///
    /// @param residency which experts are kept in memory, null where that is left to the system
    /// @param draft guesses tokens, null where each step is to draw one
    public Scheduler(
            Model model,
            Kernels kernels,
            KvCache cache,
            Scratch scratch,
            @Nullable ExpertResidency residency,
            @Nullable Draft draft,
            Limits limits) {
        this(
                model,
                kernels,
                cache,
                scratch,
                residency,
                limits,
                draft == null ? null : new Drafting(draft, limits.sequences(), System::nanoTime));
    }

    Scheduler(
            Model model,
            Kernels kernels,
            KvCache cache,
            Scratch scratch,
            @Nullable ExpertResidency residency,
            Limits limits,
            @Nullable Drafting drafting) {
        this.model = model;
        this.kernels = kernels;
        this.cache = cache;
        this.scratch = scratch;
        this.residency = residency;
        this.drafting = drafting;
        this.limits = limits;
        this.pool = new BlockPool(cache.blocks(), cache.blockSize());
        this.rowShares = new RowShares(limits.batchTokens(), System::nanoTime);
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
        forgetGuesses(sequence);
        sequence.finish(FinishReason.CANCELLED, pool);
        return true;
    }

    /// Builds a batch, runs it, and hands out what came of it. A failure ends the sequences of the batch and no
    /// others.
    private void step() {
        List<Share> shares = shares();
        try {
            boolean answersOnly =
                    shares.stream().map(Share::sequence).allMatch(each -> each.pending() == 1 && each.isAnswer());
            if (drafting != null && answersOnly) {
                stepWithGuesses(drafting, shares);
            } else {
                long start = rowShares.now();
                Results results = forward(shares);
                rowShares.note(shares.stream().mapToInt(Share::rows).sum(), start);
                publish(shares, results);
            }
        } catch (RuntimeException | Error e) {
            for (Share share : shares) {
                if (running.remove(share.sequence)) {
                    forgetGuesses(share.sequence);
                    share.sequence.fail(e, pool);
                }
            }
        }
    }

    private void stepWithGuesses(Drafting drafting, List<Share> known) {
        List<Share> shares = withGuesses(drafting, known);
        int rows = shares.stream().mapToInt(Share::rows).sum();
        long start = drafting.now();
        Results results = forward(shares);
        drafting.note(rows, start);
        publish(shares, results);
    }

    private Results forward(List<Share> shares) {
        Batch batch = batch(shares);
        List<Adapters> adapters =
                shares.stream().map(share -> share.sequence.adapters()).toList();
        RowAdapters ofRows = RowAdapters.of(batch, adapters).orElse(null);
        ForwardPass pass = new ForwardPass(kernels, batch, cache, scratch, residency, ofRows);
        StepEvent event = new StepEvent();
        event.begin();
        Tensor logits = model.forward(pass);
        record(event, shares);
        return new Results(logits, batch.states().length == 0 ? null : pass.hiddenStates());
    }

    private void record(StepEvent event, List<Share> shares) {
        event.end();
        if (event.shouldCommit()) {
            event.rows = shares.stream().mapToInt(Share::rows).sum();
            event.guesses =
                    shares.stream().mapToInt(share -> share.guessed.length).sum();
            event.sequences = shares.size();
            event.waiting = waiting.size() + submitted.size();
            event.commit();
        }
    }

    /// Adds guesses, as far as there is room: nobody is put off for them.
    private List<Share> withGuesses(Drafting drafting, List<Share> shares) {
        List<Sequence> sequences = shares.stream().map(Share::sequence).toList();
        List<int[]> guesses = drafting.guess(sequences, limits.batchTokens() - shares.size());
        List<Share> longer = new ArrayList<>();
        for (int i = 0; i < guesses.size(); i++) {
            Share share = shares.get(i);
            int[] guessed = guesses.get(i);
            int count = guessed.length;
            while (!share.sequence.reserve(share.sequence.length() + count, pool)) {
                count--;
            }
            int[] fitting = Arrays.copyOf(guessed, count);
            longer.add(new Share(share.sequence, share.count, share.outputPositions, fitting));
        }
        return longer;
    }

    /// What each sequence computes in the next step.
    private List<Share> shares() {
        running.forEach(sequence -> sequence.catchUp(pool));
        int[] counts = rowShares.counts(running, pool.blockSize());
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < running.size(); i++) {
            Sequence sequence = running.get(i);
            int count = counts[i];
            if (count == 0) {
                continue;
            }
            while (!sequence.reserve(sequence.computed() + count, pool) && running.getLast() != sequence) {
                postpone(running.removeLast());
            }
            if (sequence.reserve(sequence.computed() + count, pool)) {
                shares.add(new Share(sequence, count, outputPositions(sequence, count), NOTHING));
            } else {
                postpone(running.removeLast());
            }
        }
        return shares;
    }

    /// Takes the blocks of the youngest sequence for older ones; it goes on when there is room again.
    private void postpone(Sequence sequence) {
        forgetGuesses(sequence);
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
        int rows = shares.stream().mapToInt(Share::rows).sum();
        int[] tokens = new int[rows];
        int[] positions = new int[rows];
        int[] sequences = new int[rows];
        int[][] tables = new int[shares.size()][];
        int[] outputs = new int[shares.stream().mapToInt(Share::outputs).sum()];
        int[] states = new int[shares.stream().mapToInt(Share::states).sum()];
        int output = 0;
        int state = 0;
        int row = 0;
        for (int s = 0; s < tables.length; s++) {
            Share share = shares.get(s);
            Sequence sequence = share.sequence;
            tables[s] = sequence.table();
            int first = sequence.computed();
            for (int position : share.outputPositions) {
                if (sequence.wantsStates()) {
                    states[state++] = row + position - first;
                } else {
                    outputs[output++] = row + position - first;
                }
            }
            for (int i = 0; i < share.rows(); i++) {
                boolean known = i < share.count;
                tokens[row] = known ? sequence.token(first + i) : share.guessed[i - share.count];
                positions[row] = first + i;
                sequences[row] = s;
                if (!known) {
                    outputs[output++] = row;
                }
                row++;
            }
        }
        return new Batch(tokens, positions, sequences, tables, outputs, states);
    }

    private void publish(List<Share> shares, Results results) {
        int output = 0;
        int state = 0;
        for (Share share : shares) {
            Sequence sequence = share.sequence;
            sequence.advance(share.count, pool);
            FinishReason reason;
            try {
                reason = publish(share, share.states() > 0 ? state : output, results);
            } catch (RequestException e) {
                // A constraint that cannot be followed ends its own answer only.
                reason = null;
                running.remove(sequence);
                forgetGuesses(sequence);
                sequence.fail(e, pool);
            }
            output += share.outputs();
            state += share.states();
            if (reason != null) {
                running.remove(sequence);
                forgetGuesses(sequence);
                sequence.finish(reason, pool);
            }
        }
    }

    /// Hands out what came for one sequence, whose first row of logits or hidden states is `row`.
    private @Nullable FinishReason publish(Share share, int row, Results results) {
        Sequence sequence = share.sequence;
        FinishReason reason = null;
        if (sequence.isAnswer()) {
            if (share.outputs() > 0) {
                reason = sequence.draw(share.guessed, i -> results.row(false, row + i), pool);
                if (drafting != null) {
                    drafting.learn(sequence);
                }
            }
        } else {
            for (int i = 0; i < share.outputPositions.size(); i++) {
                float[] values = results.row(sequence.wantsStates(), row + i);
                reason = sequence.hear(share.outputPositions.get(i), values);
            }
        }
        return reason;
    }

    private void forgetGuesses(Sequence sequence) {
        if (drafting != null) {
            drafting.forget(sequence);
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
