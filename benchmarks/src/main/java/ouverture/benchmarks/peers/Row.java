package ouverture.benchmarks.peers;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import ouverture.cli.BenchReport.Speed;

/// What came out for one file and one [Work]. Speeds are tokens per second over all sequences; those without a
/// suffix are medians.
///
/// @param phase in small letters
/// @param context tokens that lay in the cache before
/// @param tokens of the prompt or of each answer
/// @param peer name of the other engine, where one ran
/// @param ratio of the medians, ours over the peer's
/// @param bandwidthShare share of the measured speed of memory that reading the weights once for each step takes
/// @param peakShare share of the measured speed of multiplying that the weights take in our prefill
record Row(
        String file,
        String format,
        String phase,
        int threads,
        int sequences,
        int context,
        int tokens,
        double ours,
        double oursLow,
        double oursHigh,
        @Nullable String peer,
        @Nullable Double peerSpeed,
        @Nullable Double peerLow,
        @Nullable Double peerHigh,
        @Nullable Double ratio,
        double bandwidthShare,
        @Nullable Double peakShare) {
    /// @param file whose format is what follows the last hyphen of its name
    /// @param peer its name and speeds, if it ran
    /// @param passesPerSecond that memory allows
    /// @param promptPeak tokens of a prompt per second that multiplying allows, if it is known
    static Row of(
            String file,
            Work work,
            int threads,
            Speed ours,
            @Nullable Peer peer,
            double passesPerSecond,
            @Nullable Double promptPeak) {
        boolean prefill = work.phase() == Work.Phase.PREFILL;
        Speed theirs = peer == null ? null : peer.speed();
        return new Row(
                file,
                file.substring(file.lastIndexOf('-') + 1, file.length() - ".gguf".length()),
                work.phase().name().toLowerCase(Locale.ROOT),
                threads,
                work.sequences(),
                work.context(),
                work.tokens(),
                ours.median(),
                ours.min(),
                ours.max(),
                peer == null ? null : peer.name(),
                theirs == null ? null : theirs.median(),
                theirs == null ? null : theirs.min(),
                theirs == null ? null : theirs.max(),
                theirs == null ? null : ours.median() / theirs.median(),
                ours.median() * work.passesPerToken() / passesPerSecond,
                prefill && promptPeak != null ? ours.median() / promptPeak : null);
    }

    /// Another engine's result.
    record Peer(String name, Speed speed) {}

    /// Whether a prompt was read.
    boolean isPrefill() {
        return phase.equals("prefill");
    }

    /// The work, for people.
    String work() {
        Work.Phase whole = isPrefill() ? Work.Phase.PREFILL : Work.Phase.DECODE;
        return new Work(whole, context, sequences, tokens).toString();
    }
}
