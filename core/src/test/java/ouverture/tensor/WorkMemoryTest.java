package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class WorkMemoryTest {
    @Test
    void grows() {
        try (WorkMemory memory = new WorkMemory()) {
            assertThat(memory.segment(0)).isEqualTo(MemorySegment.NULL);
            MemorySegment small = memory.segment(10);
            assertThat(memory.segment(100).address()).isEqualTo(small.address());
            assertThat(memory.segment(100_000).byteSize()).isEqualTo(100_000);
            assertThat(small.scope().isAlive()).isFalse();
        }
    }

    /// The memory before it is gone by then, and machine code would not notice.
    @Test
    void servesAgainAfterThereWasNoMemory() {
        try (WorkMemory memory = new WorkMemory()) {
            memory.segment(10_000);
            assertThatThrownBy(() -> memory.segment(Long.MAX_VALUE / 4)).isInstanceOf(OutOfMemoryError.class);
            assertThat(memory.segment(100).scope().isAlive()).isTrue();
        }
    }

    @Test
    void servesNobodyOnceClosed() {
        WorkMemory memory = new WorkMemory();
        memory.segment(100);
        memory.close();
        assertThatThrownBy(() -> memory.segment(100)).isInstanceOf(IllegalStateException.class);
    }
}
