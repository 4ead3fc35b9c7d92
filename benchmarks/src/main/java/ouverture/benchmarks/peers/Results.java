package ouverture.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that was measured, as `latest.json` has it.
///
/// @param date of the last measurement, in ISO form
/// @param command that made it
/// @param peers that ran
record Results(
        String date,
        String command,
        Environment machine,
        List<Release> peers,
        List<Row> rows,
        List<Footprint> memory) {
    Results {
        peers = List.copyOf(peers);
        rows = List.copyOf(rows);
        memory = List.copyOf(memory);
    }

    /// Where it was measured.
    record Environment(
            String processor, int processors, List<String> features, String system, String java, int threads) {
        Environment {
            features = List.copyOf(features);
        }
    }

    /// A peer and where it came from.
    record Release(String name, String release, String source) {}

    /// What a figure is about and where it comes from.
    ///
    /// @param file its name
    /// @param date in ISO form
    /// @param commit of Ouverture
    record Stamp(String file, String date, String commit) {}

    /// Nothing measured yet.
    static Results none(Environment machine) {
        return new Results("", "", machine, List.of(), List.of(), List.of());
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

    /// These results with new rows and footprints, which take the place of older ones; a row with a peer also that
    /// of one without.
    Results with(List<Row> newRows, List<Footprint> newMemory) {
        List<Row> all = new ArrayList<>(rows);
        for (Row row : newRows) {
            all.removeIf(old -> old.isSameAs(row)
                    || old.peer() == null
                            && old.file().equals(row.file())
                            && old.work().equals(row.work()));
            all.add(row);
        }
        List<Footprint> footprints = new ArrayList<>(memory);
        for (Footprint footprint : newMemory) {
            footprints.removeIf(old -> old.isSameAs(footprint));
            footprints.add(footprint);
        }
        return new Results(date, command, machine, peers, all, footprints);
    }

    /// These results with what is said above the tables.
    Results headed(String newDate, String newCommand, List<Release> ran) {
        List<Release> all = new ArrayList<>(ran);
        peers.stream()
                .filter(old -> ran.stream().noneMatch(peer -> peer.name().equals(old.name())))
                .forEach(all::add);
        return new Results(newDate, newCommand, machine, all, rows, memory);
    }

    /// Commits of all figures, without repetition.
    List<String> commits() {
        return rows.stream().map(Row::commit).distinct().toList();
    }
}
