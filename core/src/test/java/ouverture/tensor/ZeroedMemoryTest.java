package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZeroedMemoryTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 4095, 1 << 20, (1 << 20) + 1, 70_000_001})
    void isZeroAlignedAndGoesWithTheArena(long bytes) {
        MemorySegment memory;
        try (Arena arena = Arena.ofShared()) {
            for (int i = 0; i < 3; i++) {
                // What the C library hands out again has been written to.
                try (Arena before = Arena.ofConfined()) {
                    ZeroedMemory.allocate(before, bytes).fill((byte) 7);
                }
            }
            memory = ZeroedMemory.allocate(arena, bytes);
            assertThat(memory.byteSize()).isEqualTo(bytes);
            assertThat(memory.address() % 64).isZero();
            MemorySegment zeros = arena.allocate(bytes);
            assertThat(memory.mismatch(zeros)).isEqualTo(-1);
            memory.fill((byte) 1);
        }
        assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(RuntimeException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 60, Long.MAX_VALUE, Long.MAX_VALUE - 64})
    void whatNoMachineHasIsRefused(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> ZeroedMemory.allocate(arena, bytes))
                    .isInstanceOfAny(OutOfMemoryError.class, IllegalArgumentException.class);
        }
    }

    @Test
    void manyThreadsMayAllocate() throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            Thread[] threads = new Thread[4];
            for (int t = 0; t < threads.length; t++) {
                threads[t] = Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 20; i++) {
                        ZeroedMemory.allocate(arena, 2 << 20).set(ValueLayout.JAVA_BYTE, (2 << 20) - 1, (byte) 1);
                    }
                });
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
