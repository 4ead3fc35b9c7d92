package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import ouverture.error.ModelFileException;
import ouverture.error.OverloadedException;
import ouverture.error.ResourceException;

/// What the reader of an answer is told when a step fails.
class StreamedGenerationTest {
    @Test
    void fullMemoryIsTheMachinesLack() {
        assertThatThrownBy(failed(new OutOfMemoryError("Java heap space"))::text)
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("Java heap space")
                .hasMessageContaining("-Xmx");
    }

    @Test
    void fileThatVanishedUnderItsMappingIsNamedAsTheCause() {
        assertThatThrownBy(failed(new InternalError("a fault occurred in an unsafe memory access operation"))::text)
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("file changed");
    }

    @Test
    void ourExceptionsStayAndMistakesAreNotDisguised() {
        OverloadedException ours = new OverloadedException("Try again later.");
        assertThatThrownBy(failed(ours)::text).isSameAs(ours);

        ArithmeticException mistake = new ArithmeticException();
        assertThatThrownBy(failed(mistake)::text)
                .isInstanceOf(IllegalStateException.class)
                .hasCause(mistake);
    }

    @Test
    void nothingFollowsAFailure() {
        var events = failed(new OutOfMemoryError("Java heap space")).iterator();
        assertThatThrownBy(events::next).isInstanceOf(ResourceException.class);
        assertThat(events.hasNext()).isFalse();
    }

    private static StreamedGeneration failed(Throwable failure) {
        StreamedGeneration generation = new StreamedGeneration(Prompt.raw(new int[1], null), List.of(), false);
        generation.failed(failure);
        return generation;
    }
}
