package ouverture.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ouverture.benchmarks.peers.MachineLoad.Disturbance;

class ResultsTest {
    private static final String FILE = "llama-3.2-1b-Q4_0.gguf";
    private static final Results.Stamp STAMP = new Results.Stamp(FILE, "2026-01-01", "abc");
    private static final Environment MACHINE = new Environment("processor", 2, List.of("avx2"), "Linux", "25", 2);

    /// A gigabyte and a billion products for a token.
    private static final ModelCost COST = new ModelCost(1e9, 0, 1, 1e9);

    private static final Limits LIMITS = new Limits(40e9, 400e9);
    private static final List<Double> FAST = List.of(230.0, 250.0, 240.0);
    private static final List<Double> SLOW = List.of(99.0, 101.0, 100.0);

    @Test
    void rowsCompareMediansWithPeerAndMachine() {
        Row row = row(Work.decode(0, 8, 64), FAST, Peer.LLAMA, SLOW);

        assertThat(row.format()).isEqualTo("Q4_0");
        assertThat(row.ratio()).isEqualTo(2.4, within(1e-9));
        assertThat(row.ratioLow()).isEqualTo(230.0 / 99, within(1e-9));
        assertThat(row.ratioHigh()).isEqualTo(250.0 / 101, within(1e-9));
        assertThat(row.bandwidthShare()).as("30 of 40 steps a second").isEqualTo(0.75, within(1e-9));
        assertThat(row.peakShare()).isNull();
        assertThat(row(Work.prefill(512), FAST, null, SLOW).share()).isEqualTo(0.6, within(1e-9));
    }

    @Test
    void stepsOfMixturesReadTheExpertsThatAreChosen() {
        ModelCost cost = new ModelCost(100, 3200, 0.125, 0);

        assertThat(cost.bytesRead(1)).isEqualTo(100 + 400, within(1e-9));
        assertThat(cost.bytesRead(8)).isEqualTo(100 + 3200 * (1 - Math.pow(0.875, 8)), within(1e-9));
    }

    @Test
    void newFiguresTakeThePlaceOfOldOnes() {
        Row alone = row(Work.prefill(512), SLOW, null, SLOW);
        Row first = row(Work.prefill(512), SLOW, Peer.LLAMA, SLOW);
        Row second = row(Work.prefill(512), FAST, Peer.LLAMA, SLOW);
        Row fork = row(Work.prefill(512), FAST, Peer.IK_LLAMA, SLOW);
        Results results = Results.none(MACHINE).with(rows(alone));

        results = results.with(rows(first, fork));
        assertThat(results.rows()).containsExactly(first, fork);
        results = results.with(rows(second));
        assertThat(results.rows()).containsExactly(fork, second);
        assertThat(results.has(FILE, Work.prefill(512), Peer.LLAMA)).isTrue();
        assertThat(results.has(FILE, Work.prefill(256), Peer.LLAMA)).isFalse();
    }

    @Test
    void whatIsBelowTheBarIsNamedWithItsReason() {
        Results results = Results.none(MACHINE)
                .with(new Results.News(
                        List.of(
                                row(Work.prefill(512), SLOW, Peer.LLAMA, SLOW),
                                row(Work.decode(0, 1, 128), FAST, Peer.LLAMA, SLOW),
                                row(Work.decode(0, 1, 32), FAST, Peer.LLAMA, SLOW),
                                row(Work.decode(16_384, 1, 32), SLOW, Peer.LLAMA, SLOW)),
                        List.of(footprint(180)),
                        List.of()));
        String cell = "llama-3.2-1b-Q4_0, prefill 512, llama.cpp";

        String page = PerformancePage.of(results, Map.of("*prefill 512, llama.cpp", "busy machine"));
        assertThat(page)
                .contains("| llama-3.2-1b-Q4_0, prefill 512 | **1.00** of ≥ 2.30 | not measured | **0.25** of ≥ 0.60 |")
                .contains("| " + cell + " | 1.00 | 2.30 | busy machine |")
                .contains("| llama-3.2-1b-Q4_0, prefill 512, limit | 0.25 | 0.60 | not yet known |")
                .contains("| llama-3.2-1b-Q4_0, decode 128 | 2.40 of ≥ 1.15 |")
                .contains("| llama-3.2-1b-Q4_0, decode 32 after 16384 against after none, llama.cpp | 0.42 | 1.00 |")
                .contains("| llama-3.2-1b-Q4_0, peak memory over the file's size, limit | 1.20 | 1.10 |")
                .contains("| llama-3.2-1b-Q4_0 | decode 128 | 240.0\u00a0(230.0–\u2060250.0)"
                        + " | 100.0\u00a0(99.0–\u2060101.0) |");
    }

    @Test
    void plotHasEveryRatio() {
        assertThat(RatioPlot.of(List.of(
                        row(Work.prefill(512), FAST, Peer.LLAMA, SLOW),
                        row(Work.prefill(512), FAST, Peer.IK_LLAMA, FAST))))
                .contains("llama-3.2-1b-Q4_0, prefill 512</text>")
                .contains(">2.40</text>")
                .contains(">1.00</text>")
                .endsWith("</svg>\n");
    }

    @Test
    void unsteadyFiguresSaySo() {
        Row quiet = row(Work.prefill(512), FAST, Peer.LLAMA, SLOW);
        Row.Turns turns = new Row.Turns(
                Work.prefill(512),
                "jit",
                List.of(100.0, 130.0, 110.0),
                new Row.Opponent(Peer.LLAMA, SLOW),
                new Disturbance(0.05, 0.2),
                LIMITS);

        assertThat(quiet.disturbance()).isEmpty();
        assertThat(Row.of(STAMP, COST, 2, turns).disturbance())
                .isEqualTo("host took 5 %, others took 20 %, ours moved 27 %");
    }

    @Test
    void workSurvivesTheWayToAnotherProcess() {
        Work work = Work.decode(16_384, 8, 32);

        assertThat(Work.parse(work.line())).isEqualTo(work);
        assertThat(work.toString()).isEqualTo("decode 32, 8 sequences after 16384");
    }

    @Test
    void loadOfTheMachineIsWhatTheEngineDidNotTake() {
        MachineLoad before = MachineLoad.parse("cpu  100 0 50 800 10 0 5 7 0 0\ncpu0 1 2 3");
        MachineLoad after = MachineLoad.parse("cpu  250 10 60 830 10 0 5 17 0 0\n");

        assertThat(before).isEqualTo(new MachineLoad(155, 7, 972));
        Disturbance disturbance = before.until(after, Duration.ofMillis(1260), Duration.ofMillis(1050), 2);
        assertThat(disturbance.stolen()).isEqualTo(10.0 / 210, within(1e-9));
        assertThat(disturbance.others()).isEqualTo(170.0 / 210 - 0.6, within(1e-9));
    }

    @Test
    void residentSetIsReadFromTheSystem() {
        String status = """
                Name:\tjava
                VmHWM:\t  900 kB
                VmRSS:\t  700 kB
                RssAnon:\t  300 kB
                RssFile:\t  390 kB
                RssShmem:\t  10 kB
                """;

        assertThat(ResidentSet.parse(status)).isEqualTo(new ResidentSet(400 << 10, 300 << 10, 900 << 10));
        assertThat(ResidentSet.parse("")).isEqualTo(ResidentSet.NONE);
    }

    @Test
    void failuresCountAsMeasuredUntilThePeerRuns() {
        Results.Failure failure = new Results.Failure(FILE, Peer.IK_LLAMA, "no such network.");
        Results results = Results.none(MACHINE).with(new Results.News(List.of(), List.of(), List.of(failure)));

        assertThat(results.failed(FILE, Peer.IK_LLAMA)).isTrue();
        assertThat(results.failed(FILE, Peer.LLAMA)).isFalse();
        assertThat(PerformancePage.of(results, Map.of()))
                .contains("ik_llama.cpp could not run llama-3.2-1b-Q4_0.gguf: no such network.");
        results = results.with(rows(row(Work.prefill(512), FAST, Peer.IK_LLAMA, SLOW)));
        assertThat(results.failed(FILE, Peer.IK_LLAMA)).isFalse();
    }

    private static Results.News rows(Row... rows) {
        return new Results.News(List.of(rows), List.of(), List.of());
    }

    private static Row row(Work work, List<Double> ours, @Nullable String peer, List<Double> theirs) {
        Row.Opponent opponent = peer == null ? null : new Row.Opponent(peer, theirs);
        return Row.of(STAMP, COST, 2, new Row.Turns(work, "jit", ours, opponent, Disturbance.NONE, LIMITS));
    }

    private static Footprint footprint(long peak) {
        return new Footprint(FILE, Footprint.OURS, 100, 60, 0, peak, 100, 90, 80, "2026-01-01", "abc");
    }
}
