package ouverture.server.answer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import ouverture.ChatEvent;
import ouverture.Generation;
import ouverture.error.ResourceException;
import ouverture.generate.FinishReason;
import ouverture.server.api.Call;
import ouverture.server.metric.ServerMetrics;

/// The answers to one request, as events in the order in which they come. When the request is given up so are
/// they.
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

    private final Call call;
    private final ServerMetrics metrics;
    private final int answersPerPrompt;
    private final List<Generation> running = new ArrayList<>();
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private int open;

    /// Begins all answers.
    ///
    /// @param answersPerPrompt answers that have their prompt in common; they follow each other
    /// @throws ouverture.error.OuvertureException if the engine cannot take one of them
    public Answers(Call call, ServerMetrics metrics, int answersPerPrompt, List<Start> starts) {
        this.call = call;
        this.metrics = metrics;
        this.answersPerPrompt = answersPerPrompt;
        try {
            for (Start start : starts) {
                call.checkCancelled();
                running.add(start.begin());
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        open = running.size();
        if (open > 1) {
            for (int i = 0; i < open; i++) {
                int answer = i;
                Thread.ofVirtual().name("ouverture-answer").start(() -> pass(answer));
            }
        }
        call.whenCancelled(this::close);
    }

    private void pass(int answer) {
        try {
            for (ChatEvent event : running.get(answer)) {
                items.add(new Item.Next(new Event(answer, event)));
            }
        } catch (RuntimeException e) {
            items.add(new Item.Failure(e));
        }
    }

    /// Reads all events to the last one.
    ///
    /// @param reader may throw, which ends all answers
    /// @throws ouverture.error.OuvertureException if an answer fails
    /// @throws ouverture.server.api.ApiException if the request was given up
    public void forEach(java.util.function.Consumer<Event> reader) {
        Iterator<ChatEvent> single = running.getFirst().iterator();
        boolean many = open > 1;
        while (open > 0) {
            Event event = many ? take() : new Event(0, single.next());
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
                case Item.Failure(RuntimeException failure) -> throw failure;
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("The answer was given up: its reader was interrupted.", e);
        }
    }

    private void note(int answer, ChatEvent.Finished end) {
        if (end.reason() == FinishReason.CANCELLED) {
            call.checkCancelled();
        }
        boolean isFirst = answer % answersPerPrompt == 0;
        call.account().answered(end.reason(), end.usage(), isFirst);
        metrics.answer(call.account().operation(), call.account().model(), end.usage(), isFirst);
    }

    /// Ends what still runs.
    @Override
    public void close() {
        running.forEach(Generation::cancel);
    }
}
