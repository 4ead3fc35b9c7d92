package ouverture.benchmarks.peers;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.peers.Bar.Column;
import ouverture.benchmarks.peers.Bar.Verdict;

/// `docs/performance.md`: what was measured, where and how, and what is below the bar.
final class PerformancePage {
    private static final double GIGA = 1e9;
    private static final String NONE = "–";

    private final Results results;
    private final Map<String, String> reasons;
    private final List<Verdict> verdicts;
    private final StringBuilder page = new StringBuilder();

    private PerformancePage(Results results, Map<String, String> reasons) {
        this.results = results;
        this.reasons = reasons;
        verdicts = Bar.verdicts(results);
    }

    /// The page in Markdown.
    ///
    /// @param reasons why figures are below the bar, by their cells; a `*` in a cell stands for anything
    static String of(Results results, Map<String, String> reasons) {
        PerformancePage writer = new PerformancePage(results, reasons);
        writer.head();
        writer.bar();
        writer.missed();
        writer.speeds();
        writer.limits();
        writer.memory();
        return writer.page.toString();
    }

    private void head() {
        Environment machine = results.machine();
        line(
                """
                # Performance

                Written by `make bench-peers`; all figures are in
                [benchmarks/results/latest.json](../benchmarks/results/latest.json).

                | | |
                | --- | --- |
                | Date, commit | %s, %s |
                | Command | `%s` |
                | Processor | %s, %d logical processors (%s) |
                | System | %s, Java %s |
                | Threads | %d |
                | Our kernels | %s |""",
                results.date(),
                String.join(" and ", results.commits()),
                results.command(),
                machine.processor(),
                machine.processors(),
                String.join(" ", machine.features()),
                machine.system(),
                machine.java(),
                machine.threads(),
                results.rows().stream().map(Row::kernels).distinct().collect(Collectors.joining(" and ")));
        for (Results.Release peer : results.peers()) {
            line("| %s | %s, %s |", peer.name(), peer.release(), peer.source());
        }
        line("""

                All engines read the same files, each in a process of its own, and take turns of a few seconds: one
                work of the one, the same work of the others, round by round in changing order, after a warm-up.
                The files have the shapes of the models and random weights (`make bench-models`). Speeds are
                medians in tokens per second over all sequences, with the lowest and the highest in brackets.
                Ouverture is measured through its public interface and takes the most likely token, without guesses
                (speculation); the peers are given random tokens and sample nothing. All have an F16 cache,
                8-bit activations, batches of 512 tokens and otherwise default settings.
                """);
    }

    private void bar() {
        line("## The bar%n");
        line("Ratios of speeds to each peer, and shares of what the machine can do; bold figures are missed.%n");
        line("| | llama.cpp | ik_llama.cpp | limit |");
        line("| --- | ---: | ---: | ---: |");
        Map<String, List<Verdict>> lines = verdicts.stream()
                .collect(Collectors.groupingBy(Verdict::line, LinkedHashMap::new, Collectors.toList()));
        lines.forEach((name, cells) -> line(
                "| %s | %s | %s | %s |",
                name, text(cells, Column.LLAMA), text(cells, Column.IK_LLAMA), text(cells, Column.LIMIT)));
        line("""

                The limit of reading a prompt is the measured rate of 8-bit multiplications, that of writing an
                answer the measured rate of reading memory. After a long context, the figure is the share of its
                speed that Ouverture keeps over the share that llama.cpp keeps.
                """);
        if (results.peers().contains(Peer.JLAMA.described())) {
            line("""
                    Jlama reads safetensors only and none of the GGUF files: it is compared on a folder of Llama's shape
                    in BF16, which llama.cpp does not read.
                    """);
        }
        if (results.peers().stream().noneMatch(peer -> peer.name().equals(Peer.IK_LLAMA))) {
            line("""
                    [ik_llama.cpp](https://github.com/ikawrakow/ik_llama.cpp) is published as source only: this run did
                    without it. `make bench-peers PEERS="--ik FOLDER"` compares with a build of it.
                    """);
        }
        for (Results.Failure failure : results.failures()) {
            line("%s could not run %s: %s%n", failure.peer(), failure.file(), failure.reason());
        }
        if (results.rows().stream().anyMatch(row -> row.ratio() != null)) {
            line("![Ratios of all rows](performance.svg)%n");
        }
    }

    private static String text(List<Verdict> cells, Column column) {
        return cells.stream()
                .filter(cell -> cell.column() == column)
                .map(Verdict::text)
                .findFirst()
                .orElse("");
    }

    private void missed() {
        line("## Below the bar%n");
        List<Verdict> missed = verdicts.stream().filter(Verdict::missed).toList();
        if (missed.isEmpty()) {
            line("Nothing.%n");
            return;
        }
        line("Reasons are written by hand into `benchmarks/results/reasons.json`, by the names of these cells.%n");
        line("| Cell | Is | Bar | Reason, and what was tried |");
        line("| --- | ---: | ---: | --- |");
        for (Verdict cell : missed) {
            Double is = cell.is();
            line(
                    "| %s | %s | %s | %s |",
                    cell.cell(),
                    is == null ? "not measured" : Bar.text(is),
                    Bar.text(cell.wanted()),
                    reason(cell.cell()));
        }
        line("");
    }

    private String reason(String cell) {
        return reasons.entrySet().stream()
                .filter(entry -> matches(cell, entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("not yet known");
    }

    /// Whether a key with stars stands for a cell.
    private static boolean matches(String cell, String key) {
        return cell.matches("\\Q" + key.replace("*", "\\E.*\\Q") + "\\E");
    }

    private void speeds() {
        line("## Speed%n");
        List<String> peers =
                results.rows().stream().map(Row::opponent).distinct().toList();
        for (String peer : peers) {
            line("### %s%n", peer.isEmpty() ? "Alone" : "Against " + peer);
            line("| File | Work | Ouverture | %s | Ratio | Disturbed |", peer.isEmpty() ? "Peer" : peer);
            line("| --- | --- | ---: | ---: | ---: | --- |");
            for (Row row : results.rows()) {
                if (row.opponent().equals(peer)) {
                    line(
                            "| %s | %s | %s | %s | %s | %s |",
                            row.file().replace(".gguf", ""),
                            row.work(),
                            speed(row.ours(), row.oursLow(), row.oursHigh()),
                            speed(row.peerSpeed(), row.peerLow(), row.peerHigh()),
                            ratio(row),
                            row.disturbance());
                }
            }
            line("");
        }
        line("""
                A ratio is that of the medians; in brackets are the lowest and the highest of two turns that followed
                each other. Disturbed are rows during whose turns other programs or the host took more than 3 %% of
                the processors, or whose speeds moved by more than 20 %% of the median.
                """);
    }

    private static String ratio(Row row) {
        return row.ratio() == null || row.ratioLow() == null || row.ratioHigh() == null
                ? NONE
                : String.format(
                        Locale.ROOT, "**%.2f**\u00a0(%.2f–\u2060%.2f)", row.ratio(), row.ratioLow(), row.ratioHigh());
    }

    private void limits() {
        line("""
                ## Limits

                Measured before each round, while the engines wait; medians. Memory is read by one thread and by all,
                from ordinary and from huge pages, with machine code and with Java, and the fastest of these counts.
                The share is what the weights take of it: for a prompt the multiplications, for an answer the bytes
                that each step reads (of a mixture, those of the experts that random tokens can be expected to choose).

                | File | Work | Memory | 8-bit products | Share |
                | --- | --- | ---: | ---: | ---: |""");
        Set<String> done = new HashSet<>();
        for (Row row : results.rows()) {
            Double share = row.share();
            Double products = row.productsPerSecond();
            if (done.add(row.file() + row.work())) {
                line(
                        "| %s | %s | %.1f GB/s | %s | %s |",
                        row.file().replace(".gguf", ""),
                        row.work(),
                        row.memoryBytesPerSecond() / GIGA,
                        products == null ? "not measured" : "%.0f billion/s".formatted(products / GIGA),
                        share == null ? NONE : Bar.percent(share));
            }
        }
        line("");
    }

    private void memory() {
        line("""
                ## Memory

                Of a process that loads the file, reads a prompt of 480 tokens and writes 31: the most that it ever had
                in memory, and what it has at the end, by whether a file backs it. Weights count wherever they lie: in
                the mapped file or repacked. The multiple is the peak without the cache, over the file; of a peer also
                without the Java virtual machine that calls it.

                | File | Engine | Size | Cache | Peak | of it file | End: file | End: other | Multiple |
                | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |""");
        for (Footprint footprint : results.memory()) {
            line(
                    "| %s | %s | %s | %s | %s | %s | %s | %s | %s |",
                    footprint.file().replace(".gguf", ""),
                    footprint.engine(),
                    size(footprint.fileBytes()),
                    size(footprint.cacheBytes()),
                    size(footprint.peakBytes() - footprint.hostBytes()),
                    size(footprint.peakFileBytes()),
                    size(footprint.settledFileBytes()),
                    size(footprint.settledAnonymousBytes()),
                    Bar.text(footprint.overFile()));
        }
        line("");
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.2f GB", bytes / GIGA);
    }

    private static String speed(@Nullable Double median, @Nullable Double low, @Nullable Double high) {
        return median == null || low == null || high == null
                ? NONE
                : String.format(Locale.ROOT, "%.1f\u00a0(%.1f–\u2060%.1f)", median, low, high);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    private void line(String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
