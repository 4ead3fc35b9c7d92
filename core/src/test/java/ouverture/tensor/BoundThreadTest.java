package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BoundThreadTest {
    private final int[] homes = BoundThread.homes(Runtime.getRuntime().availableProcessors());

    @Test
    void hasAHomeForEachThreadOrForNone() {
        assertThat(BoundThread.homes(Runtime.getRuntime().availableProcessors() + 1))
                .isEmpty();
        assertThat(homes).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void staysAtHomeAndIsCalledAwayOnlyWhileItDoesNotRun() throws InterruptedException {
        assumeTrue(homes.length > 1, "threads cannot be bound here, or there is only one processor");
        BlockingQueue<BoundThread> bound = new ArrayBlockingQueue<>(1);
        BlockingQueue<Integer> places = new ArrayBlockingQueue<>(3);
        BlockingQueue<Boolean> answers = new ArrayBlockingQueue<>(2);
        CountDownLatch called = new CountDownLatch(1);
        AtomicBoolean busy = new AtomicBoolean(true);
        Thread thread = Thread.ofPlatform().start(() -> {
            BoundThread me = BoundThread.current(homes[1]);
            bound.add(me);
            while (busy.get()) {
                Thread.onSpinWait();
            }
            places.add(BoundThread.processor());
            awaitQuietly(called);
            places.add(BoundThread.processor());
            me.goHome();
            places.add(BoundThread.processor());
        });
        BoundThread other = bound.take();
        busy.set(false);
        assertThat(places.take()).isEqualTo(homes[1]);
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        Thread caller = Thread.ofPlatform().start(() -> {
            BoundThread.current(homes[0]);
            answers.add(other.callHereIfStopped());
            answers.add(other.callHereIfStopped());
            called.countDown();
        });
        assertThat(answers.take()).isTrue();
        assertThat(answers.take()).as("a second time").isFalse();
        assertThat(places.take()).isEqualTo(homes[0]);
        assertThat(places.take()).isEqualTo(homes[1]);
        thread.join();
        caller.join();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
