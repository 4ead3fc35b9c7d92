package ouverture.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.models.BenchModel;

/// What the figures ought to be, as ratios in one run on two threads of a current x86-64 server core.
final class Bar {
    private static final String LLAMA_1B = "llama-3.2-1b-";
    private static final String MXFP4 = "gpt-oss-20b-4-layers-MXFP4.gguf";
    private static final double PEAK_SHARE = 0.60;
    private static final double BANDWIDTH_SHARE = 0.85;
    private static final double MEMORY = 1.1;

    /// Where a figure stands in the table.
    enum Column {
        LLAMA(Peer.LLAMA),
        IK_LLAMA(Peer.IK_LLAMA),
        LIMIT("limit");

        final String title;

        Column(String title) {
            this.title = title;
        }
    }

    /// A figure and its bar.
    ///
    /// @param line file and work, for people
    /// @param is what it is; null if it was not measured
    /// @param wanted what it should be at least, or at most
    record Verdict(String line, Column column, @Nullable Double is, double wanted, boolean atMost) {
        /// The key of its reason.
        String cell() {
            return line + ", " + column.title;
        }

        boolean missed() {
            return is == null || (atMost ? is > wanted : is < wanted);
        }

        /// The figure beside its bar, with a mark if it is missed.
        String text() {
            if (is == null) {
                return "not measured";
            }
            String mark = missed() ? "**" : "";
            return mark + Bar.text(is) + mark + (atMost ? " of ≤ " : " of ≥ ") + Bar.text(wanted);
        }
    }

    /// The ratios that a work on a file should have.
    private record Wanted(
            String file,
            Work work,
            double llama,
            @Nullable Double ikLlama,
            @Nullable Double limit) {}

    private static final Work PREFILL = Work.prefill(512);
    private static final Work DECODE = Work.decode(0, 1, 128);
    private static final Work TOGETHER = Work.decode(0, 8, 32);
    private static final Work SHORT = Work.decode(0, 1, 32);
    private static final Work LONG = Work.decode(16_384, 1, 32);

    private Bar() {}

    private static List<Wanted> wanted() {
        List<Wanted> wanted = new ArrayList<>();
        wanted.add(new Wanted(LLAMA_1B + "Q4_0.gguf", PREFILL, 2.3, 1.45, PEAK_SHARE));
        wanted.add(new Wanted(LLAMA_1B + "Q8_0.gguf", PREFILL, 2.8, 1.45, PEAK_SHARE));
        wanted.add(new Wanted(LLAMA_1B + "Q4_K_M.gguf", PREFILL, 2.5, 1.45, PEAK_SHARE));
        wanted.add(new Wanted(MXFP4, PREFILL, 4.5, 1.1, null));
        List<String> files = wanted.stream().map(Wanted::file).toList();
        files.forEach(file -> wanted.add(new Wanted(file, DECODE, 1.15, 1.05, BANDWIDTH_SHARE)));
        files.forEach(file -> wanted.add(new Wanted(file, TOGETHER, 1.5, null, null)));
        return wanted;
    }

    /// All figures that have a bar, in the order of the table.
    static List<Verdict> verdicts(Results results) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Wanted wanted : wanted()) {
            Row row = find(results, wanted.file, wanted.work, Peer.LLAMA);
            Row fork = find(results, wanted.file, wanted.work, Peer.IK_LLAMA);
            String line = line(wanted.file, wanted.work);
            verdicts.add(new Verdict(line, Column.LLAMA, row == null ? null : row.ratio(), wanted.llama, false));
            if (wanted.ikLlama != null) {
                verdicts.add(
                        new Verdict(line, Column.IK_LLAMA, fork == null ? null : fork.ratio(), wanted.ikLlama, false));
            }
            if (wanted.limit != null) {
                Row any = row == null ? find(results, wanted.file, wanted.work, null) : row;
                verdicts.add(new Verdict(line, Column.LIMIT, any == null ? null : any.share(), wanted.limit, false));
            }
        }
        String file = LLAMA_1B + "Q4_0.gguf";
        verdicts.add(
                new Verdict(line(file, LONG) + " against after none", Column.LLAMA, kept(results, file), 1, false));
        for (BenchModel model : BenchModel.all()) {
            String line = model.fileName().replace(".gguf", "") + ", peak memory over the file's size";
            verdicts.add(new Verdict(line, Column.LIMIT, overFile(results, model.fileName()), MEMORY, true));
        }
        return verdicts;
    }

    private static @Nullable Double overFile(Results results, String file) {
        return results.memory().stream()
                .filter(footprint -> footprint.file().equals(file))
                .filter(footprint -> footprint.engine().equals(Footprint.OURS))
                .map(Footprint::overFile)
                .findFirst()
                .orElse(null);
    }

    private static String line(String file, Work work) {
        return file.replace(".gguf", "") + ", " + work;
    }

    private static @Nullable Row find(Results results, String file, Work work, @Nullable String peer) {
        return results.rows().stream()
                .filter(row -> row.file().equals(file) && row.work().equals(work))
                .filter(row -> peer == null || peer.equals(row.peer()))
                .findFirst()
                .orElse(null);
    }

    /// The share of its speed that we keep after a long context, over the share that the peer keeps.
    private static @Nullable Double kept(Results results, String file) {
        Row shortRow = find(results, file, SHORT, Peer.LLAMA);
        Row longRow = find(results, file, LONG, Peer.LLAMA);
        return shortRow == null || longRow == null || shortRow.ratio() == null || longRow.ratio() == null
                ? null
                : longRow.ratio() / shortRow.ratio();
    }

    /// The ratio that a row should have; null where there is none.
    static @Nullable Double ratio(Row row) {
        return wanted().stream()
                .filter(wanted -> wanted.file.equals(row.file()) && wanted.work.equals(row.work()))
                .map(wanted -> Peer.LLAMA.equals(row.peer())
                        ? (Double) wanted.llama
                        : Peer.IK_LLAMA.equals(row.peer()) ? wanted.ikLlama : null)
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /// A number with two places.
    static String text(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }

    /// A share in whole percent.
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
