package ouverture.server.openai;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.server.api.Work;
import tools.jackson.databind.node.ObjectNode;

/// A response that can be asked for. Its answer may still be under way.
final class StoredResponse {
    /// Bytes of what an item or event has beside its text, about.
    private static final int OVERHEAD = 512;

    private final String id;
    private final String owner;
    private final List<ResponseItem> before;
    private final List<ResponseItem> input;
    private final List<ObjectNode> events = new ArrayList<>();
    private final boolean keepsEvents;
    private List<ResponseItem> output = List.of();
    private @Nullable ObjectNode latest;
    private @Nullable Work work;
    private boolean ended;
    private long eventBytes;

    /// @param owner whose it is
    /// @param before the conversation that it goes on with
    /// @param input what was new
    /// @param keepsEvents whether its events can be asked for too
    StoredResponse(String id, String owner, List<ResponseItem> before, List<ResponseItem> input, boolean keepsEvents) {
        this.id = id;
        this.owner = owner;
        this.before = List.copyOf(before);
        this.input = List.copyOf(input);
        this.keepsEvents = keepsEvents;
    }

    String id() {
        return id;
    }

    String owner() {
        return owner;
    }

    List<ResponseItem> input() {
        return input;
    }

    boolean keepsEvents() {
        return keepsEvents;
    }

    /// The conversation that the model is asked to go on with.
    List<ResponseItem> prompt() {
        List<ResponseItem> all = new ArrayList<>(before);
        all.addAll(input);
        return all;
    }

    /// The conversation with the answer.
    synchronized List<ResponseItem> conversation() {
        List<ResponseItem> all = prompt();
        all.addAll(output);
        return all;
    }

    /// Bytes that it takes, about.
    synchronized long bytes() {
        List<ResponseItem> items = conversation();
        long text = items.stream().mapToLong(ResponseItem::size).sum();
        return 2 * text + (long) OVERHEAD * (items.size() + 4) + eventBytes;
    }

    /// Takes note of who answers.
    synchronized void doneBy(Work work) {
        this.work = work;
    }

    /// Takes an event.
    synchronized void add(ObjectNode event) {
        if (event.get("response") instanceof ObjectNode response) {
            latest = response;
        }
        if (keepsEvents) {
            events.add(event);
            eventBytes += OVERHEAD;
        }
        notifyAll();
    }

    /// Takes note of the end.
    synchronized void end(List<ResponseItem> items) {
        output = List.copyOf(items);
        ended = true;
        work = null;
        notifyAll();
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /// The response as it is now.
    synchronized ObjectNode json() {
        if (latest == null) {
            throw new IllegalStateException("a response without its first event");
        }
        return latest;
    }

    /// Gives the answer up if it is under way, and waits until it has ended.
    ///
    /// @throws InterruptedException if the thread is interrupted
    void cancel() throws InterruptedException {
        Work running;
        synchronized (this) {
            running = work;
        }
        if (running != null) {
            running.cancel(new CancelledException());
        }
        synchronized (this) {
            while (!ended) {
                wait();
            }
        }
    }

    /// Waits for an event.
    ///
    /// @param number of the event, from 0
    /// @param reader gives up waiting when its own request is given up
    /// @return null if there is none of this number
    synchronized @Nullable ObjectNode await(int number, Work reader) throws InterruptedException {
        while (events.size() <= number && !ended) {
            reader.checkCancelled();
            wait();
        }
        reader.checkCancelled();
        return number < events.size() ? events.get(number) : null;
    }

    /// Lets those who wait look again whether they still want to.
    synchronized void wake() {
        notifyAll();
    }

    /// The client does not want the answer any more.
    static final class CancelledException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CancelledException() {
            super("cancelled by its client");
        }
    }
}
