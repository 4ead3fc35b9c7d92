package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ouverture.tensor.Routing.Score;

class RoutingTest {
    private static final Offset<Float> CLOSE = Offset.offset(1e-6f);

    private final int[] chosen = new int[2];
    private final float[] weights = new float[2];

    private void choose(Routing routing, float @Nullable [] bias, float... logits) {
        routing.choose(logits, bias, chosen, weights);
    }

    @Test
    void softmaxOverAllExpertsKeepsTheirShare() {
        choose(Routing.softmax(2, false), null, 0, (float) Math.log(2), 0, (float) Math.log(4));
        assertThat(chosen).containsExactly(3, 1);
        assertThat(weights).containsExactly(new float[] {0.5f, 0.25f}, CLOSE);
        choose(Routing.softmax(2, true), null, 0, (float) Math.log(2), 0, (float) Math.log(4));
        assertThat(weights).containsExactly(new float[] {2 / 3f, 1 / 3f}, CLOSE);
    }

    @Test
    void softmaxOverTheChosenIsTheNormalisedOne() {
        choose(Routing.softmaxOfChosen(2), null, 5, -1, 5, 7);
        assertThat(chosen).containsExactly(3, 0);
        assertThat(weights[0] / weights[1]).isEqualTo((float) Math.exp(2), Offset.offset(1e-5f));
    }

    @Test
    void aBiasChangesTheChoiceAndNotTheWeight() {
        Routing routing = new Routing(2, Score.SIGMOID, false, 2, null, 1, 1);
        choose(routing, new float[] {1, 0, 0}, -1, 0, 1);
        assertThat(chosen).containsExactly(0, 2);
        assertThat(weights[0]).isEqualTo((float) (2 / (1 + Math.E)), CLOSE);
    }

    @Test
    void groupsAreRankedByTheirTwoBest() {
        Routing routing = new Routing(2, Score.SIGMOID, true, 1, null, 3, 1);
        choose(routing, null, 5, -9, 3, 3, 4, -9);
        assertThat(chosen).containsExactly(2, 3);
        assertThat(weights).containsExactly(new float[] {0.5f, 0.5f}, CLOSE);
    }

    @Test
    void scoresThatAreNoNumbersAreChosenLastAndOnce() {
        choose(Routing.softmax(2, true), null, Float.NaN, Float.NaN, Float.NaN);
        assertThat(chosen).containsExactly(0, 1);
        choose(new Routing(2, Score.SIGMOID, true, 1, null, 1, 1), null, Float.NaN, 1, Float.NaN);
        assertThat(chosen).containsExactly(1, 0);
    }

    @Test
    void readsRowsAndBiasFromTensors() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor logits = Tensor.matrix(
                    "logits", DType.F32, 2, 3, arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 3, 2, 1));
            Tensor bias = Tensor.matrix("bias", DType.F32, 1, 3, arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0, 9, 0));
            Tensor choice = Tensor.matrix("chosen", DType.I32, 2, 1, arena.allocate(8));
            Tensor shares = Tensor.matrix("weights", DType.F32, 2, 1, arena.allocate(8));
            new Routing(1, Score.SIGMOID, true, 1, bias, 1, 1).chooseAll(choice, shares, logits);
            assertThat(choice.data().toArray(ValueLayout.JAVA_INT)).containsExactly(1, 1);
            assertThat(shares.data().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1, 1);
        }
    }

    @Test
    void slotsAreSortedByExpert() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment choices = arena.allocateFrom(ValueLayout.JAVA_INT, 2, 0, 0, 3, 2, 0);
            Tensor chosen = Tensor.matrix("chosen", DType.I32, 3, 2, choices);
            assertThat(Routing.slotsOfExperts(chosen, 4)).isDeepEqualTo(new int[][] {{1, 2, 5}, {}, {0, 4}, {3}});
            assertThatThrownBy(() -> Routing.slotsOfExperts(chosen, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
