package ouverture.benchmarks.serving;

import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.peers.Environment;

/// `docs/serving-speed.md`: what was measured, where and how.
final class ServingPage {
    private static final double QUIET = 0.03;
    private static final double OVERHEAD = 0.03;
    private static final int PERCENT = 100;

    private ServingPage() {}

    /// The page in Markdown.
    ///
    /// @param plot file name of the plot
    static String of(ServingResults results, String plot) {
        return head(results) + table(results) + """

                ![Tokens a second of the servers](%s)

                Figures are medians, with the lowest and the highest in brackets. *Without HTTP* is the engine of the
                same process, asked for the same through Ouverture's Java interface. *Overhead* is the share of the
                server's time that its engine alone does not take, and the goal is less than 3 %%: the clients' own
                work is in it, which the same two processors do. *Ratio* is how many times as fast Ouverture's server
                is as llama.cpp's, from turn to turn; the goal is more than 1 with 4 and with 8 requests. Disturbed are
                rows during whose turns other programs or the host took more than 3 %% of the processors; their
                overhead says little.
                """.formatted(plot);
    }

    private static String head(ServingResults results) {
        Environment machine = results.machine();
        return """
                # Speed of the server

                Written by `make bench-server`; all figures are in
                [benchmarks/results/serving.json](../benchmarks/results/serving.json).

                | | |
                | --- | --- |
                | Date, commit | %s |
                | Command | `%s` |
                | Processor | %s, %d logical processors |
                | System | %s, Java %s |
                | Threads | %d |
                | llama.cpp's server | %s |

                All ask the same file, Llama-3.2-1B's shape with random weights and a made-up vocabulary, for the most
                likely tokens through `/v1/completions`, streamed, with random prompts that no cache knows. The servers
                run at once and take turns of a few seconds in changing order; each has room for 8 answers, an F16
                cache, 8-bit activations, no guesses, and otherwise its own defaults. The clients are on the same
                machine.

                """.formatted(
                        results.rows().stream()
                                .map(row -> row.date() + ", " + row.commit())
                                .distinct()
                                .collect(Collectors.joining("; ")),
                        results.command(),
                        machine.processor(),
                        machine.processors(),
                        machine.system(),
                        machine.java(),
                        machine.threads(),
                        results.peer().isEmpty() ? "not measured: give `--llama-server FILE`" : results.peer());
    }

    private static String table(ServingResults results) {
        StringBuilder table = new StringBuilder("""
                | Work | | Ouverture | without HTTP | overhead | llama.cpp | ratio | disturbed |
                | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
                """);
        for (ServingRow row : results.rows()) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %s | %s | %s |%n",
                    row.load(),
                    row.unit(),
                    range("%.1f", row.ours(), 1),
                    range("%.1f", row.engine(), 1),
                    overhead(row),
                    row.peer() == null ? "not measured" : range("%.1f", row.peer(), 1),
                    row.ratio() == null ? "" : range("%.2f", row.ratio(), 1),
                    disturbed(row)));
        }
        return table.toString().replace("\r\n", "\n");
    }

    private static String overhead(ServingRow row) {
        String text = range("%.1f", row.overhead(), PERCENT) + " %";
        return row.overhead().median() < OVERHEAD ? text : "**" + text + "**";
    }

    private static String disturbed(ServingRow row) {
        String host = row.stolen() > QUIET ? percent("host took", row.stolen()) : "";
        String others = row.others() > QUIET ? percent("others took", row.others()) : "";
        return host + (host.isEmpty() || others.isEmpty() ? "" : ", ") + others;
    }

    private static String percent(String words, double share) {
        return String.format(Locale.ROOT, "%s %.0f %%", words, share * PERCENT);
    }

    private static String range(String format, ServingRow.@Nullable Range range, int factor) {
        if (range == null) {
            return "";
        }
        String numbers = format + "\u00a0(" + format + "–\u2060" + format + ")";
        return String.format(
                Locale.ROOT, numbers, range.median() * factor, range.low() * factor, range.high() * factor);
    }

    /// A row for people who wait.
    static String words(ServingRow row) {
        String ratio = row.ratio() == null ? "" : ", " + range("%.2f", row.ratio(), 1) + " times llama.cpp";
        return row.load() + ": " + range("%.1f", row.ours(), 1) + " " + row.unit() + ", overhead "
                + range("%.1f", row.overhead(), PERCENT) + " %" + ratio;
    }
}
