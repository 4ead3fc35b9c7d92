package ouverture.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import ouverture.error.OverloadedException;
import ouverture.server.model.Turns.Turn;
import ouverture.server.model.Turns.Urgency;

class TurnsTest {
    private static final long NEVER = System.nanoTime() + Duration.ofDays(1).toNanos();

    private final List<String> order = new ArrayList<>();

    private CompletableFuture<Turn> ask(Turns turns, String party, String name) {
        return ask(turns, party, Urgency.USUAL, name);
    }

    private CompletableFuture<Turn> ask(Turns turns, String party, Urgency urgency, String name) {
        CompletableFuture<Turn> asked = turns.ask(party, urgency, NEVER);
        var _ = asked.thenAccept(_ -> order.add(name));
        return asked;
    }

    @Test
    void partiesTakeTurns() {
        Turns turns = new Turns(1, 10);
        CompletableFuture<Turn> running = ask(turns, "ann", "ann 1");
        List<CompletableFuture<Turn>> waiting = List.of(
                ask(turns, "ann", "ann 2"),
                ask(turns, "ann", "ann 3"),
                ask(turns, "bob", "bob 1"),
                ask(turns, "bob", "bob 2"),
                ask(turns, "eve", "eve 1"));
        assertThat(turns.running()).isEqualTo(1);
        assertThat(turns.waiting()).isEqualTo(5);
        running.join().close();
        for (int i : new int[] {0, 2, 4, 1, 3}) {
            waiting.get(i).join().close();
        }
        assertThat(order).containsExactly("ann 1", "ann 2", "bob 1", "eve 1", "ann 3", "bob 2");
        assertThat(turns.running()).isZero();
    }

    @Test
    void whatIsNotWantedAnyMoreTakesNoTurn() {
        Turns turns = new Turns(1, 1);
        CompletableFuture<Turn> running = ask(turns, "ann", "1");
        CompletableFuture<Turn> given = ask(turns, "ann", "2");
        assertThat(given.cancel(false)).isTrue();
        CompletableFuture<Turn> last = ask(turns, "ann", "3");
        running.join().close();
        last.join().close();
        assertThat(order).containsExactly("1", "3");
        assertThat(turns.ask("ann", Urgency.USUAL, NEVER)).isCompleted();
    }

    @Test
    void whatIsUrgentComesFirstAmongItsPartysOwn() {
        Turns turns = new Turns(1, 10);
        CompletableFuture<Turn> running = ask(turns, "ann", "ann 1");
        List<CompletableFuture<Turn>> waiting = List.of(
                ask(turns, "ann", Urgency.LAST, "ann 2"),
                ask(turns, "ann", "ann 3"),
                ask(turns, "ann", Urgency.FIRST, "ann 4"),
                ask(turns, "ann", Urgency.FIRST, "ann 5"),
                ask(turns, "bob", Urgency.LAST, "bob 1"));
        running.join().close();
        for (int i : new int[] {2, 4, 3, 1, 0}) {
            waiting.get(i).join().close();
        }
        assertThat(order).containsExactly("ann 1", "ann 4", "bob 1", "ann 5", "ann 3", "ann 2");
    }

    @Test
    void aTurnEndsOnce() {
        Turns turns = new Turns(2, 1);
        Turn first = turns.ask("ann", Urgency.USUAL, NEVER).join();
        Turn second = turns.ask("ann", Urgency.USUAL, NEVER).join();
        first.close();
        first.close();
        assertThat(turns.running()).isEqualTo(1);
        second.close();
        assertThat(turns.running()).isZero();
    }

    @Test
    void onePartyCannotFillTheQueueOfAnother() {
        Turns turns = new Turns(1, 2);
        turns.ask("ann", Urgency.USUAL, NEVER);
        turns.ask("ann", Urgency.USUAL, NEVER);
        turns.ask("ann", Urgency.USUAL, NEVER);
        assertThatThrownBy(() -> turns.ask("ann", Urgency.USUAL, NEVER))
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("2 of your requests wait already");
        assertThat(turns.ask("bob", Urgency.USUAL, NEVER)).isNotDone();
        assertThat(turns.patience()).isZero();
    }

    @Test
    void ofOnePartysRequestsTheEarlierDeadlineComesFirst() {
        Turns turns = new Turns(1, 10);
        CompletableFuture<Turn> running = ask(turns, "ann", "now");
        List<CompletableFuture<Turn>> waiting = new ArrayList<>();
        long soon = System.nanoTime() + Duration.ofHours(1).toNanos();
        for (int i : new int[] {3, 1, 2, 1}) {
            String name = i + " in " + waiting.size();
            CompletableFuture<Turn> asked = turns.ask("ann", Urgency.USUAL, soon + i);
            var _ = asked.thenAccept(_ -> order.add(name));
            waiting.add(asked);
        }
        running.join().close();
        for (int i : new int[] {1, 3, 2, 0}) {
            waiting.get(i).join().close();
        }
        assertThat(order).containsExactly("now", "1 in 1", "1 in 3", "2 in 2", "3 in 0");
    }

    @Test
    void whatWouldWaitTooLongIsRefusedAtOnce() {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
        Turns turns = new Turns(2, 10, clock::get);
        long far = clock.get() + Duration.ofDays(1).toNanos();
        Turn measured = turns.ask("ann", Urgency.USUAL, far).join();
        clock.addAndGet(Duration.ofSeconds(10).toNanos());
        measured.close();
        turns.ask("ann", Urgency.USUAL, far);
        turns.ask("ann", Urgency.USUAL, far);
        turns.ask("ann", Urgency.USUAL, far);
        turns.ask("ann", Urgency.LAST, far);
        turns.ask("bob", Urgency.USUAL, far);
        assertThat(turns.patience()).isEqualTo(Duration.ofSeconds(20));
        long early = clock.get() + Duration.ofSeconds(14).toNanos();
        // Behind one of its own and one of bob's, two at once, ten seconds each.
        assertThatThrownBy(() -> turns.ask("ann", Urgency.LAST, early))
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("would wait about 15 seconds")
                .hasMessageContaining("14.0 are left");
        assertThat(turns.waiting()).isEqualTo(3);
        assertThat(turns.ask("ann", Urgency.USUAL, early)).isNotDone();
    }
}
