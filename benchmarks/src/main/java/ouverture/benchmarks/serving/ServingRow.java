package ouverture.benchmarks.serving;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import ouverture.cli.BenchReport.Speed;

/// What came out for one file and one [Load].
///
/// @param unit `tokens/s` over all requests, or `ms` to the first token
/// @param ours our server
/// @param engine our engine without the server
/// @param overhead share of our server's time that its engine does not take, turn by turn; below 0 where the
///     machine's own noise is larger
/// @param peer llama.cpp's server; null where it was not measured
/// @param ratio how many times as fast ours is as the peer, turn by turn; null likewise
/// @param stolen share of the processors that the host took during the turns
/// @param others share of the processors that other programs took during the turns
/// @param date in ISO form
/// @param commit of Ouverture
record ServingRow(
        String file,
        int requests,
        int prompt,
        int tokens,
        String unit,
        Range ours,
        Range engine,
        Range overhead,
        @Nullable Range peer,
        @Nullable Range ratio,
        int repetitions,
        double stolen,
        double others,
        String date,
        String commit) {
    /// A median with the lowest and the highest.
    record Range(double median, double low, double high) {
        static Range of(List<Double> figures) {
            Speed speed = Speed.of(figures);
            return new Range(speed.median(), speed.min(), speed.max());
        }
    }

    /// The figures of all turns.
    ///
    /// @param peer none where it was not measured
    record Turns(List<Double> ours, List<Double> engine, List<Double> peer, double stolen, double others) {}

    static ServingRow of(String file, Load load, Turns turns, String date, String commit) {
        List<Double> overhead = pairs(turns.ours, turns.engine, (ours, engine) -> 1 - load.ratio(ours, engine));
        boolean alone = turns.peer.isEmpty();
        return new ServingRow(
                file,
                load.requests(),
                load.prompt(),
                load.tokens(),
                load.isFirstToken() ? "ms" : "tokens/s",
                Range.of(turns.ours),
                Range.of(turns.engine),
                Range.of(overhead),
                alone ? null : Range.of(turns.peer),
                alone ? null : Range.of(pairs(turns.ours, turns.peer, load::ratio)),
                turns.ours.size(),
                turns.stolen,
                turns.others,
                date,
                commit);
    }

    private interface Pair {
        double of(double one, double other);
    }

    private static List<Double> pairs(List<Double> some, List<Double> others, Pair pair) {
        return IntStream.range(0, some.size())
                .mapToObj(i -> pair.of(some.get(i), others.get(i)))
                .toList();
    }

    Load load() {
        return new Load(requests, prompt, tokens);
    }
}
