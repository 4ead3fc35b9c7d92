package ouverture.benchmarks.peers;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `docs/performance.md`: what was measured, where and how, and what is below the bar.
final class PerformancePage {
    private static final double GIGA = 1e9;

    private final Results results;
    private final Map<String, String> reasons;
    private final StringBuilder page = new StringBuilder();

    private PerformancePage(Results results, Map<String, String> reasons) {
        this.results = results;
        this.reasons = reasons;
    }

    /// The page in Markdown.
    ///
    /// @param reasons why figures are below the bar, by their cells
    static String of(Results results, Map<String, String> reasons) {
        PerformancePage writer = new PerformancePage(results, reasons);
        writer.head();
        writer.speeds();
        writer.memory();
        writer.missed();
        return writer.page.toString();
    }

    private void head() {
        Results.Environment machine = results.machine();
        Double peak = results.integerMultiplicationsPerSecond();
        line(
                """
                # Performance

                Written by `make bench-peers`; the reasons below are kept in `benchmarks/results/reasons.json`, all
                figures in [benchmarks/results/latest.json](../benchmarks/results/latest.json).

                | | |
                | --- | --- |
                | Date, commit | %s, %s |
                | Command | `%s` |
                | Processor | %s, %d logical processors (%s) |
                | System | %s, Java %s |
                | Threads, load of the machine before | %d, %.1f |
                | Memory | %.1f GB/s read by as many threads |
                | Multiplications | %s |
                | Peer | %s |
                """,
                results.date(),
                results.commit(),
                results.command(),
                machine.processor(),
                machine.processors(),
                String.join(" ", machine.features()),
                machine.system(),
                machine.java(),
                machine.threads(),
                machine.load(),
                results.memoryBytesPerSecond() / GIGA,
                peak == null
                        ? "not measured: the processor has no AVX-512 VNNI"
                        : "%.0f billion 8-bit products a second".formatted(peak / GIGA),
                results.peer() == null ? "none" : results.peer());
        line("""
                Both engines read the same files, each in a process of its own, and take turns: one work of the
                one, the same work of the other, %d times, after a warm-up. The files have the shapes of the
                models and random weights (`make bench-models`). Speeds are medians in tokens per second over
                all sequences, with the lowest and the highest in brackets. Ouverture is measured through its
                public interface and samples the most likely token; llama.cpp is given random tokens and samples
                nothing. Both have an F16 cache, 8-bit activations and batches of 512 tokens. The share is, for
                prefill, that of the measured speed of multiplying which the weights' products take; for decode,
                that of the measured speed of memory which reading the weights once for each step takes.

                [ik_llama.cpp](https://github.com/ikawrakow/ik_llama.cpp) is published as source only, in no package
                registry, so this run cannot compare with it.
                """, results.repetitions());
    }

    private void speeds() {
        line("## Speed%n");
        if (results.rows().stream().anyMatch(row -> row.ratio() != null)) {
            line("![Ratios of all rows](performance.svg)%n");
        }
        line("| File | Work | Ouverture | llama.cpp | Ratio | Bar | Share | Bar |");
        line("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        List<Row> rows = results.rows();
        for (Row row : rows) {
            Double share = row.peakShare() != null ? row.peakShare() : row.isPrefill() ? null : row.bandwidthShare();
            line(
                    "| %s | %s | %s | %s | %s | %s | %s | %s |",
                    row.file().replace(".gguf", ""),
                    row.work(),
                    speed(row.ours(), row.oursLow(), row.oursHigh()),
                    speed(row.peerSpeed(), row.peerLow(), row.peerHigh()),
                    cell(row.ratio()),
                    cell(Bar.ratio(row, rows)),
                    cell(share),
                    cell(Bar.share(row)));
        }
        line("");
    }

    private void memory() {
        line("""
                ## Memory

                What Ouverture's process has in memory after the measurements, without the cache, over the
                file's size; the Java virtual machine and the pages of the mapped file are included. The bar is
                1.10.

                | File | File | Cache | In memory | Multiple |
                | --- | ---: | ---: | ---: | ---: |""");
        for (Results.Memory memory : results.memory()) {
            line(
                    "| %s | %.2f GB | %.2f GB | %.2f GB | %s |",
                    memory.file().replace(".gguf", ""),
                    memory.fileBytes() / GIGA,
                    memory.cacheBytes() / GIGA,
                    memory.residentBytes() / GIGA,
                    Bar.text(memory.overFile()));
        }
        line("");
    }

    private void missed() {
        line("## Below the bar%n");
        List<Bar.Missed> missed = Bar.missed(results);
        if (missed.isEmpty()) {
            line("Nothing.");
            return;
        }
        line("| Figure | Is | Bar | Reason, and what was tried |");
        line("| --- | ---: | ---: | --- |");
        for (Bar.Missed figure : missed) {
            String reason = reasons.getOrDefault(figure.cell(), "");
            line("| %s | %s | %s | %s |", figure.cell(), figure.is(), figure.wanted(), reason);
        }
    }

    private static String speed(@Nullable Double median, @Nullable Double low, @Nullable Double high) {
        return median == null || low == null || high == null
                ? "–"
                : String.format(Locale.ROOT, "%.1f (%.1f–%.1f)", median, low, high);
    }

    private static String cell(@Nullable Double number) {
        return number == null ? "–" : Bar.text(number);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    private void line(String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
