package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;

class BenchCommandTest {
    private static final String STORIES = "models/stories260K/stories260K.gguf";

    @Test
    void measuresWhatItWasAskedFor() {
        Invocation run = Invocation.of(
                "bench", Shared.path(STORIES), "-p", 8, "-n", 4, "-r", 2, "-t", 1, "--warm-up", 0, "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("Warming up").contains("Measurement 2 of 2");
        JsonNode report = Json.MAPPER.readTree(run.out());
        assertThat(report.path("prompt_tokens").intValue()).isEqualTo(8);
        assertThat(report.path("generated_tokens").intValue()).isEqualTo(4);
        assertThat(report.path("threads").intValue()).isEqualTo(1);
        for (String speed : List.of("prefill_tokens_per_second", "decode_tokens_per_second")) {
            assertThat(report.path(speed).path("runs").size()).isEqualTo(2);
            assertThat(report.path(speed).path("min").doubleValue()).isPositive();
        }
        double share = report.path("weight_bytes_per_token").longValue()
                * report.path("decode_tokens_per_second").path("median").doubleValue()
                / report.path("memory_bytes_per_second").longValue();
        assertThat(report.path("decode_share_of_memory").doubleValue()).isEqualTo(share, within(share * 1e-6));
    }

    @Test
    void aSmallContextMakesTheWorkSmaller() {
        Invocation run = Invocation.of("bench", Shared.path(STORIES), "--context", 12, "-r", 1, "--warm-up", 0);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("The context has 12 tokens: measuring 9 of a prompt and 3 of an answer");
        assertThat(run.out()).contains("Prompt (prefill)       9").contains("Answer (decode)        3");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        Invocation run = Invocation.of("bench", "no-model", "-n", 1);

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("-n is 1; it must be at least 2");
    }

    @Test
    void spreadIsThatOfASample() {
        BenchReport.Speed speed = BenchReport.Speed.of(List.of(4.0, 1.0, 2.0, 5.0));

        assertThat(speed.median()).isEqualTo(3);
        assertThat(speed.mean()).isEqualTo(3);
        assertThat(speed.standardDeviation()).isEqualTo(Math.sqrt(10 / 3.0), within(1e-12));
        assertThat(speed.min()).isEqualTo(1);
        assertThat(speed.max()).isEqualTo(5);
        assertThat(BenchReport.Speed.of(List.of(7.0)).standardDeviation()).isZero();
    }

    @Test
    void pageIsAligned() {
        BenchReport report = new BenchReport(
                "tiny\u001b[2J",
                "llama",
                8_030_261_248L,
                5_000_000_000L,
                "vector",
                8,
                "f16",
                "q8",
                512,
                128,
                BenchReport.Speed.of(List.of(1234.0, 1240.0, 1250.0)),
                BenchReport.Speed.of(List.of(9.87, 9.9, 10.1)),
                4_900_000_000L,
                60L << 30,
                0.75,
                false);

        assertThat(report.page()).isEqualTo("""
                        Model    tiny\\u{1b}[2J (llama, 8.03B parameters, 4.66 GiB)
                        Engine   vector kernels, 8 threads, f16 cache, q8 activations
                        Memory   60.0 GiB/s read with as many threads
                        Weights  4.56 GiB read for each token: decoding takes 75.0 % of the memory's
                                 speed

                        Tokens a second   tokens  median  ± deviation  lowest  highest
                        Prompt (prefill)     512    1240       ± 8.08    1234     1250
                        Answer (decode)      128    9.90      ± 0.125    9.87     10.1
                        """);
    }
}
