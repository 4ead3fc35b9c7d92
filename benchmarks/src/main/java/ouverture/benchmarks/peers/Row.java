package ouverture.benchmarks.peers;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import ouverture.benchmarks.peers.MachineLoad.Disturbance;
import ouverture.cli.BenchReport.Speed;

/// What came out for one file, one [Work] and one peer. Speeds are tokens per second over all sequences; those
/// without a suffix are medians.
///
/// @param phase in small letters
/// @param context tokens that lay in the cache before
/// @param tokens of the prompt or of each answer
/// @param kernels that ours ran with
/// @param peer the other engine; null where ours ran alone
/// @param ratio of the medians, ours over the peer's
/// @param ratioLow the lowest ratio of two turns that followed each other
/// @param bandwidthShare share of the measured speed of memory that reading the weights once for each step takes
/// @param peakShare share of the measured speed of multiplying that the weights take in our prefill
/// @param memoryBytesPerSecond read beside the turns, the median
/// @param productsPerSecond multiplied beside the turns, the median
/// @param stolen share of the processors that the host took during the turns
/// @param others share of the processors that other programs took during the turns
/// @param repetitions of which the medians are
/// @param date in ISO form
/// @param commit of Ouverture
record Row(
        String file,
        String format,
        String phase,
        int threads,
        int sequences,
        int context,
        int tokens,
        String kernels,
        double ours,
        double oursLow,
        double oursHigh,
        @Nullable String peer,
        @Nullable Double peerSpeed,
        @Nullable Double peerLow,
        @Nullable Double peerHigh,
        @Nullable Double ratio,
        @Nullable Double ratioLow,
        @Nullable Double ratioHigh,
        double bandwidthShare,
        @Nullable Double peakShare,
        double memoryBytesPerSecond,
        @Nullable Double productsPerSecond,
        double stolen,
        double others,
        int repetitions,
        String date,
        String commit) {
    /// Highest minus lowest over the median, from which on figures are called unsteady.
    private static final double WIDE = 0.2;

    /// Share of the processors that others may take before figures are called disturbed.
    private static final double QUIET = 0.03;

    /// The turns of one work, round by round.
    ///
    /// @param kernels that ours ran with
    /// @param peer the other engine and its speeds, where one ran
    record Turns(
            Work work,
            String kernels,
            List<Double> ours,
            @Nullable Opponent peer,
            Disturbance disturbance,
            Limits limits) {}

    /// Another engine's turns.
    record Opponent(String name, List<Double> speeds) {}

    /// @param stamp whose file has its format behind the last hyphen of its name
    static Row of(Results.Stamp stamp, ModelCost cost, int threads, Turns turns) {
        Work work = turns.work;
        boolean prefill = work.phase() == Work.Phase.PREFILL;
        Opponent peer = turns.peer;
        Speed ours = Speed.of(turns.ours);
        Speed theirs = peer == null ? null : Speed.of(peer.speeds);
        Speed ratios = peer == null ? null : Speed.of(ratios(turns.ours, peer.speeds));
        Limits limits = turns.limits;
        double bytes = cost.bytesRead(work.tokensPerPass());
        Double products = limits.productsPerSecond();
        return new Row(
                stamp.file(),
                stamp.file().substring(stamp.file().lastIndexOf('-') + 1).replace(".gguf", ""),
                work.phase().name().toLowerCase(Locale.ROOT),
                threads,
                work.sequences(),
                work.context(),
                work.tokens(),
                turns.kernels,
                ours.median(),
                ours.min(),
                ours.max(),
                peer == null ? null : peer.name,
                theirs == null ? null : theirs.median(),
                theirs == null ? null : theirs.min(),
                theirs == null ? null : theirs.max(),
                theirs == null ? null : ours.median() / theirs.median(),
                ratios == null ? null : ratios.min(),
                ratios == null ? null : ratios.max(),
                ours.median() / work.tokensPerPass() * bytes / limits.bytesPerSecond(),
                prefill && products != null ? ours.median() * cost.multiplications() / products : null,
                limits.bytesPerSecond(),
                products,
                turns.disturbance.stolen(),
                turns.disturbance.others(),
                turns.ours.size(),
                stamp.date(),
                stamp.commit());
    }

    private static List<Double> ratios(List<Double> ours, List<Double> theirs) {
        return IntStream.range(0, ours.size())
                .mapToObj(i -> ours.get(i) / theirs.get(i))
                .toList();
    }

    /// Whether a prompt was read.
    boolean readsPrompt() {
        return phase.equals("prefill");
    }

    /// The peer's name, which is empty where ours ran alone.
    String opponent() {
        return peer == null ? "" : peer;
    }

    /// What was done.
    Work work() {
        return new Work(readsPrompt() ? Work.Phase.PREFILL : Work.Phase.DECODE, context, sequences, tokens);
    }

    /// The share of the machine's limit: for a prompt that of multiplying, if it is known, for an answer that of
    /// reading memory.
    @Nullable
    Double share() {
        return readsPrompt() ? peakShare : (Double) bandwidthShare;
    }

    /// Whether this is about the same file, work and peer.
    boolean isSameAs(Row other) {
        return file.equals(other.file)
                && work().equals(other.work())
                && opponent().equals(other.opponent());
    }

    /// Why the figures deserve little trust, for people; empty where they deserve it.
    String disturbance() {
        StringBuilder words = new StringBuilder();
        add(words, stolen > QUIET, "host took", stolen);
        add(words, others > QUIET, "others took", others);
        double spread = (oursHigh - oursLow) / ours;
        add(words, spread > WIDE, "ours moved", spread);
        if (peerSpeed != null && peerLow != null && peerHigh != null) {
            double peerSpread = (peerHigh - peerLow) / peerSpeed;
            add(words, peerSpread > WIDE, "peer moved", peerSpread);
        }
        return words.toString();
    }

    private static void add(StringBuilder words, boolean applies, String what, double share) {
        if (applies) {
            words.append(words.isEmpty() ? "" : ", ").append(what).append(' ').append(Bar.percent(share));
        }
    }
}
