package ouverture.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that was measured, as `latest.json` has it.
///
/// @param date of the last measurement, in ISO form
/// @param command that made it
/// @param peers that ran
/// @param failures of peers, which count as measured
record Results(
        String date,
        String command,
        Environment machine,
        List<Release> peers,
        List<Row> rows,
        List<Footprint> memory,
        List<Failure> failures) {
    Results {
        peers = List.copyOf(peers);
        failures = List.copyOf(failures);
        rows = List.copyOf(rows);
        memory = List.copyOf(memory);
    }

    /// A peer and where it came from.
    record Release(String name, String release, String source) {}

    /// A file that a peer could not run.
    record Failure(String file, String peer, String reason) {}

    /// What a figure is about and where it comes from.
    ///
    /// @param file its name
    /// @param date in ISO form
    /// @param commit of Ouverture
    record Stamp(String file, String date, String commit) {}

    /// Nothing measured yet.
    static Results none(Environment machine) {
        return new Results("", "", machine, List.of(), List.of(), List.of(), List.of());
    }

    /// Whether a peer could not run a file.
    boolean failed(String file, @Nullable String peer) {
        return failures.stream().anyMatch(failure -> failure.file.equals(file) && failure.peer.equals(peer));
    }

    /// Whether a row is there.
    boolean has(String file, Work work, @Nullable String peer) {
        return rows.stream()
                .anyMatch(row -> row.file().equals(file)
                        && row.work().equals(work)
                        && (peer == null || peer.equals(row.peer())));
    }

    /// Whether a footprint is there.
    boolean hasMemory(String file, String engine) {
        return memory.stream()
                .anyMatch(footprint ->
                        footprint.file().equals(file) && footprint.engine().equals(engine));
    }

    /// What one bout brought.
    record News(List<Row> rows, List<Footprint> memory, List<Failure> failures) {}

    /// These results with what is new, which takes the place of what is older; a row with a peer also that of one
    /// without.
    Results with(News news) {
        List<Row> newRows = new ArrayList<>(rows);
        for (Row row : news.rows) {
            newRows.removeIf(old -> old.isSameAs(row)
                    || old.peer() == null
                            && old.file().equals(row.file())
                            && old.work().equals(row.work()));
            newRows.add(row);
        }
        List<Footprint> newMemory = new ArrayList<>(memory);
        for (Footprint footprint : news.memory) {
            newMemory.removeIf(old -> old.isSameAs(footprint));
            newMemory.add(footprint);
        }
        List<Failure> newFailures = new ArrayList<>(failures);
        for (Row row : news.rows) {
            newFailures.removeIf(old -> old.file.equals(row.file()) && old.peer.equals(row.peer()));
        }
        for (Failure failure : news.failures) {
            newFailures.removeIf(old -> old.file.equals(failure.file) && old.peer.equals(failure.peer));
            newFailures.add(failure);
        }
        return new Results(date, command, machine, peers, newRows, newMemory, newFailures);
    }

    /// These results with what is said above the tables.
    Results headed(String newDate, String newCommand, List<Release> ran) {
        List<Release> all = new ArrayList<>(ran);
        peers.stream()
                .filter(old -> ran.stream().noneMatch(peer -> peer.name().equals(old.name())))
                .forEach(all::add);
        return new Results(newDate, newCommand, machine, all, rows, memory, failures);
    }

    /// Commits of all figures, without repetition.
    List<String> commits() {
        return rows.stream().map(Row::commit).distinct().toList();
    }
}
