package ouverture.benchmarks.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ServingRowTest {
    private static final Offset<Double> CLOSE = Offset.offset(1e-9);

    @Test
    void overheadAndRatioComeFromPairsOfTurns() {
        Load load = new Load(4, 8, 64);
        List<Double> ours = List.of(90.0, 40.0);
        ServingRow.Turns turns = new ServingRow.Turns(ours, List.of(100.0, 50.0), List.of(45.0, 10.0), 0, 0);

        ServingRow row = ServingRow.of("file", load, turns, "2026-11-24", "abc");

        assertThat(row.overhead().low()).isCloseTo(0.1, CLOSE);
        assertThat(row.overhead().high()).isCloseTo(0.2, CLOSE);
        assertThat(row.ratio()).isEqualTo(new ServingRow.Range(3, 2, 4));
    }

    @Test
    void millisecondsAreBetterWhereThereAreFewer() {
        Load load = new Load(1, 512, 1);
        assertThat(load.figure(0.5)).isEqualTo(500);
        ServingRow.Turns turns = new ServingRow.Turns(List.of(100.0), List.of(75.0), List.of(300.0), 0, 0);

        ServingRow row = ServingRow.of("file", load, turns, "2026-11-24", "abc");

        assertThat(row.unit()).isEqualTo("ms");
        assertThat(row.overhead().median()).isCloseTo(0.25, CLOSE);
        assertThat(row.ratio()).isEqualTo(new ServingRow.Range(3, 3, 3));
    }

    @Test
    void aLoadIsReadAsItWasWritten() {
        Load load = new Load(8, 16, 32);
        assertThat(Load.parse(load.line())).isEqualTo(load);
        assertThat(load).hasToString("decode 32, 8 requests");
    }
}
