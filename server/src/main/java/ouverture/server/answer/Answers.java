package ouverture.server.answer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import ouverture.ChatEvent;
import ouverture.Generation;
import ouverture.error.ResourceException;
import ouverture.generate.FinishReason;
import ouverture.server.api.ApiException;
import ouverture.server.api.Work;
import ouverture.server.metric.ServerMetrics;
import ouverture.server.model.Models;
import ouverture.server.model.Turns.Turn;

/// The answers to one request, as events in the order in which they come. Each waits for its turn and then runs
/// on a thread of its own, so that a client that reads slowly keeps nobody waiting. When the request is given up
/// so are they.
public final class Answers implements AutoCloseable {
    /// Something that happened.
    ///
    /// @param answer number of the answer that it belongs to, from 0
    public record Event(int answer, ChatEvent event) {}

    /// Begins one answer.
    @FunctionalInterface
    public interface Start {
        /// @throws ouverture.error.OuvertureException if the engine cannot take it
        Generation begin();
    }

    private sealed interface Item {
        record Next(Event event) implements Item {}

        record Failure(RuntimeException failure) implements Item {}
    }

    private final Work work;
    private final ServerMetrics metrics;
    private final Models.Lease lease;
    private final int answersPerPrompt;
    private final List<Start> starts;
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private final List<Runnable> cancellers = new ArrayList<>();
    private boolean closed;
    private boolean counted;

    /// Begins the answers, and waits until the first one runs.
    ///
    /// @param answersPerPrompt answers that have their prompt in common; they follow each other
    /// @throws ouverture.error.OuvertureException if the engine cannot take the first
    /// @throws ApiException if too many wait
    public Answers(Work work, Backend backend, Models.Lease lease, int answersPerPrompt, List<Start> starts) {
        this.work = work;
        this.metrics = backend.metrics();
        this.lease = lease;
        this.answersPerPrompt = answersPerPrompt;
        this.starts = List.copyOf(starts);
        CompletableFuture<Generation> first = new CompletableFuture<>();
        work.whenCancelled(this::close);
        for (int i = 0; i < starts.size(); i++) {
            run(i, i == 0 ? first : new CompletableFuture<>());
        }
        try {
            first.join();
            work.checkCancelled();
        } catch (CompletionException | CancellationException e) {
            close();
            work.checkCancelled();
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void run(int answer, CompletableFuture<Generation> begun) {
        CompletableFuture<Turn> turn;
        try {
            turn = InTurn.ask(lease, work);
        } catch (ApiException e) {
            close();
            throw e;
        }
        cancelWith(() -> turn.cancel(false));
        var _ = Thread.ofVirtual().name("ouverture-answer").start(() -> run(answer, turn, begun));
    }

    private void run(int answer, CompletableFuture<Turn> asked, CompletableFuture<Generation> begun) {
        try (Turn _ = asked.join();
                Generation generation = begin(answer)) {
            cancelWith(generation::cancel);
            begun.complete(generation);
            for (ChatEvent event : generation) {
                if (!(event instanceof ChatEvent.Finished)) {
                    work.account().first();
                }
                items.add(new Item.Next(new Event(answer, event)));
            }
        } catch (RuntimeException e) {
            begun.completeExceptionally(e);
            items.add(new Item.Failure(e));
        }
    }

    private Generation begin(int answer) {
        work.begins();
        return starts.get(answer).begin();
    }

    /// Adds a way to end what was begun, or takes it at once.
    private void cancelWith(Runnable canceller) {
        boolean late;
        synchronized (cancellers) {
            late = closed;
            cancellers.add(canceller);
        }
        if (late) {
            canceller.run();
        }
    }

    /// Reads all events to the last one.
    ///
    /// @param reader may throw, which ends the reading
    /// @throws ouverture.error.OuvertureException if an answer fails
    /// @throws ApiException if the request was given up
    public void forEach(Consumer<Event> reader) {
        int open = starts.size();
        while (open > 0) {
            Event event = take();
            if (event.event() instanceof ChatEvent.Finished end) {
                open--;
                note(event.answer(), end);
            }
            reader.accept(event);
        }
    }

    private Event take() {
        try {
            return switch (items.take()) {
                case Item.Next(Event event) -> event;
                case Item.Failure(RuntimeException failure) -> {
                    work.checkCancelled();
                    throw failure;
                }
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("The answer was given up: its reader was interrupted.", e);
        }
    }

    private void note(int answer, ChatEvent.Finished end) {
        if (end.reason() == FinishReason.CANCELLED) {
            work.checkCancelled();
        }
        boolean isFirst = answer % answersPerPrompt == 0;
        work.account().answered(end.reason(), end.usage(), isFirst);
        Duration first = counted ? null : work.account().firstToken();
        counted = true;
        metrics.answer(work.account().operation(), work.account().model(), end.usage(), first, isFirst);
    }

    /// Ends what still runs.
    @Override
    public void close() {
        List<Runnable> all;
        synchronized (cancellers) {
            closed = true;
            all = List.copyOf(cancellers);
        }
        all.forEach(Runnable::run);
    }
}
