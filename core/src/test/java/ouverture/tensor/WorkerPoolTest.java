package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void runsEveryPartOnce(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            assertThat(pool.threads()).isEqualTo(threads);
            for (int count : new int[] {0, 1, 2, 7, 100, 1000}) {
                for (int grain : new int[] {1, 3, 64}) {
                    AtomicIntegerArray seen = new AtomicIntegerArray(count + 1);
                    pool.run(count, grain, (from, to) -> {
                        assertThat(to).isLessThanOrEqualTo(count);
                        for (int i = from; i < to; i++) {
                            seen.incrementAndGet(i);
                        }
                    });
                    for (int i = 0; i < count; i++) {
                        assertThat(seen.get(i)).isEqualTo(1);
                    }
                }
            }
        }
    }

    /// Idle workers look for more parts again and again while the last one runs: all of them must be beyond the
    /// end.
    @Test
    void aSlowPartOfAHugeOperationLeadsToNoOthers() {
        int count = 1 << 30;
        AtomicLong parts = new AtomicLong();
        try (WorkerPool pool = new WorkerPool(2)) {
            pool.run(count, 1, (worker, from, to) -> {
                assertThat(from).isNotNegative();
                parts.addAndGet(to - from);
                if (worker == 0) {
                    sleep(100);
                }
            });
        }
        assertThat(parts).hasValue(count);
    }

    /// More threads that want to run than there are processors: workers lose theirs in the middle of a part.
    @Test
    void otherLoadLeadsToNoPartMissingOrTwice() throws InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        AtomicBoolean ended = new AtomicBoolean();
        Thread[] others = new Thread[processors];
        for (int i = 0; i < others.length; i++) {
            others[i] = Thread.ofPlatform().daemon().start(() -> {
                while (!ended.get()) {
                    Thread.onSpinWait();
                }
            });
        }
        AtomicIntegerArray seen = new AtomicIntegerArray(16);
        try (WorkerPool pool = new WorkerPool(processors)) {
            for (int run = 0; run < 100; run++) {
                pool.run(seen.length(), 1, (from, to) -> {
                    long end = System.nanoTime() + 50_000;
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    for (int i = from; i < to; i++) {
                        seen.incrementAndGet(i);
                    }
                });
            }
        } finally {
            ended.set(true);
            for (Thread other : others) {
                other.join();
            }
        }
        assertThat(seen)
                .hasToString(new AtomicIntegerArray(IntStream.generate(() -> 100)
                                .limit(seen.length())
                                .toArray())
                        .toString());
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noTwoThreadsShareAWorkerIndex() {
        try (WorkerPool pool = new WorkerPool(4)) {
            int[] total = new int[4];
            AtomicIntegerArray busy = new AtomicIntegerArray(4);
            for (int i = 0; i < 2_000; i++) {
                pool.run(64, 1, (worker, from, to) -> {
                    assertThat(busy.incrementAndGet(worker)).isEqualTo(1);
                    total[worker] += to - from;
                    busy.decrementAndGet(worker);
                });
            }
            assertThat(Arrays.stream(total).sum()).isEqualTo(2_000 * 64);
        }
    }

    @Test
    void aFailureReachesTheCallerAfterAllPartsAreDone() {
        try (WorkerPool pool = new WorkerPool(3)) {
            AtomicInteger done = new AtomicInteger();
            assertThatThrownBy(() -> pool.run(40, 1, (from, to) -> {
                        done.addAndGet(to - from);
                        if (from >= 20) {
                            throw new IllegalStateException("part " + from);
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("part ");
            assertThat(done).hasValue(40);
            AtomicInteger after = new AtomicInteger();
            pool.run(40, 1, (from, to) -> after.addAndGet(to - from));
            assertThat(after).hasValue(40);
        }
    }

    @Test
    void wakesWorkersThatSleep() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            for (int i = 0; i < 20; i++) {
                Thread.sleep(5);
                AtomicInteger done = new AtomicInteger();
                pool.run(100, 1, (from, to) -> done.addAndGet(to - from));
                assertThat(done).hasValue(100);
            }
        }
    }

    @Test
    void closingEndsTheThreadsAndMayBeRepeated() {
        WorkerPool pool = new WorkerPool(3);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(3);
        pool.run(3, 1, (from, to) -> {
            threads.add(Thread.currentThread());
            all.countDown();
            while (all.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        pool.close();
        pool.close();
        threads.remove(Thread.currentThread());
        assertThat(threads).hasSize(2).noneMatch(Thread::isAlive);
    }
}
