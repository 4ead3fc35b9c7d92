package ouverture.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the speeds ought to be, as ratios in one run on two threads of a current x86-64 server core.
final class Bar {
    private static final double PEAK_SHARE = 0.60;
    private static final double BANDWIDTH_SHARE = 0.85;
    private static final double MEMORY = 1.1;

    /// A figure below the bar.
    ///
    /// @param cell file, work and what was compared; the key of its reason
    /// @param is what it is
    /// @param wanted what it should be
    record Missed(String cell, String is, String wanted) {}

    private Bar() {}

    /// The ratio to llama.cpp's main line that a row should have; null where there is none. After a long
    /// context, it is the one that the same file has without: the context may not cost us more than the peer.
    static @Nullable Double ratio(Row row, List<Row> rows) {
        if (row.context() > 0) {
            return rows.stream()
                    .filter(other -> other.file().equals(row.file()))
                    .filter(other -> !other.isPrefill() && other.context() == 0 && other.sequences() == 1)
                    .findFirst()
                    .map(Row::ratio)
                    .orElse(null);
        }
        if (!isListed(row)) {
            return null;
        }
        if (!row.isPrefill()) {
            return row.sequences() > 1 ? 1.5 : 1.15;
        }
        return switch (row.format()) {
            case "Q4_0" -> 2.3;
            case "Q8_0" -> 2.8;
            case "Q4_K_M" -> 2.5;
            case "MXFP4" -> 4.5;
            default -> null;
        };
    }

    private static boolean isListed(Row row) {
        return row.file().startsWith("llama-3.2-1b") || row.file().startsWith("gpt-oss");
    }

    /// The share of the machine's limit that a row should reach; null where there is none.
    static @Nullable Double share(Row row) {
        if (!isListed(row) || row.context() > 0 || row.sequences() > 1) {
            return null;
        }
        if (!row.isPrefill()) {
            return BANDWIDTH_SHARE;
        }
        return row.format().equals("MXFP4") || row.peakShare() == null ? null : PEAK_SHARE;
    }

    /// Everything below the bar.
    static List<Missed> missed(Results results) {
        List<Missed> missed = new ArrayList<>();
        for (Row row : results.rows()) {
            String cell = row.file() + ", " + row.work();
            Double ratio = ratio(row, results.rows());
            if (ratio != null && row.ratio() != null && row.ratio() < ratio) {
                missed.add(new Missed(cell + ": ratio", text(row.ratio()), text(ratio)));
            }
            Double share = share(row);
            double is = row.peakShare() != null ? row.peakShare() : row.bandwidthShare();
            if (share != null && is < share) {
                missed.add(new Missed(cell + ": share", text(is), text(share)));
            }
        }
        for (Results.Memory memory : results.memory()) {
            if (memory.overFile() > MEMORY) {
                missed.add(new Missed(memory.file() + ": memory", text(memory.overFile()), text(MEMORY)));
            }
        }
        return missed;
    }

    /// A number with two places.
    static String text(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }
}
