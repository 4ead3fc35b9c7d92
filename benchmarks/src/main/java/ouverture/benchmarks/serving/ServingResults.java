package ouverture.benchmarks.serving;

import java.util.ArrayList;
import java.util.List;
import ouverture.benchmarks.peers.Environment;

/// All that was measured, as `serving.json` has it.
///
/// @param command that made it
/// @param peer release of llama.cpp's server and where it came from; empty where it was not measured
record ServingResults(String command, Environment machine, String peer, List<ServingRow> rows) {
    ServingResults {
        rows = List.copyOf(rows);
    }

    /// Whether a load was measured.
    ///
    /// @param withPeer whether llama.cpp's server must have been there
    boolean has(String file, Load load, boolean withPeer) {
        return rows.stream()
                .anyMatch(
                        row -> row.file().equals(file) && row.load().equals(load) && (!withPeer || row.peer() != null));
    }

    /// These results with a row, which takes the place of an older one.
    ServingResults with(ServingRow row) {
        List<ServingRow> all = new ArrayList<>(rows);
        all.removeIf(old -> old.file().equals(row.file()) && old.load().equals(row.load()));
        all.add(row);
        return new ServingResults(command, machine, peer, all);
    }

    /// These results with what is said above the table.
    ServingResults headed(String newCommand, String newPeer) {
        return new ServingResults(newCommand, machine, newPeer.isEmpty() ? peer : newPeer, rows);
    }
}
