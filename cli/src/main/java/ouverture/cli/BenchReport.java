package ouverture.cli;

import java.util.List;

/// What `bench` measured; the names of its parts are those of `--json`.
///
/// @param generatedTokens tokens of the answer
/// @param prefillTokensPerSecond tokens of the prompt over the time to the first token of the answer
/// @param decodeTokensPerSecond tokens of the answer after the first one over the time from the first to the last
/// @param weightBytesPerToken bytes of weights that each token of the answer reads
/// @param memoryBytesPerSecond measured with as many threads as the model had
/// @param decodeShareOfMemory share of that speed that reading the weights alone takes while decoding; may pass
///     1 where they stay in the cache
/// @param weightsInCache whether the weights fit into the processor's cache, so that memory is no limit
public record BenchReport(
        String model,
        String architecture,
        long parameters,
        long weightBytes,
        String kernels,
        int threads,
        String kvCache,
        String activations,
        int promptTokens,
        int generatedTokens,
        Speed prefillTokensPerSecond,
        Speed decodeTokensPerSecond,
        long weightBytesPerToken,
        long memoryBytesPerSecond,
        double decodeShareOfMemory,
        boolean weightsInCache) {

    /// A rate that was measured several times.
    ///
    /// @param runs in the order of measuring
    public record Speed(
            double median, double mean, double standardDeviation, double min, double max, List<Double> runs) {
        /// @param runs one at least
        public static Speed of(List<Double> runs) {
            List<Double> sorted = runs.stream().sorted().toList();
            int half = sorted.size() / 2;
            double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
            double mean = runs.stream().mapToDouble(Double::doubleValue).sum() / runs.size();
            double squares = runs.stream()
                    .mapToDouble(run -> (run - mean) * (run - mean))
                    .sum();
            // Of a sample, so that two runs that differ do not look surer than they are.
            double deviation = runs.size() == 1 ? 0 : Math.sqrt(squares / (runs.size() - 1));
            return new Speed(median, mean, deviation, sorted.getFirst(), sorted.getLast(), List.copyOf(runs));
        }
    }

    /// The report for people.
    String page() {
        StringBuilder page = new StringBuilder();
        Table head = new Table("", "ll");
        head.row(
                "Model",
                Printable.line(model, 60) + " (" + Printable.line(architecture, 20) + ", " + Units.count(parameters)
                        + " parameters, " + Units.bytes(weightBytes) + ")");
        head.row(
                "Engine",
                kernels + " kernels, " + Units.count(threads, "thread") + ", " + kvCache + " cache, " + activations
                        + " activations");
        head.row("Memory", Units.bytes(memoryBytesPerSecond) + "/s read with as many threads");
        head.row(
                "Weights",
                Units.bytes(weightBytesPerToken) + " read for each token: decoding takes "
                        + Units.threeDigits(decodeShareOfMemory * 100) + " % of the memory's speed"
                        + (weightsInCache ? ", but they fit into the processor's cache" : ""));
        head.appendTo(page);
        page.append('\n');
        Table speeds =
                new Table("", "lrrrrr").row("Tokens a second", "tokens", "median", "± deviation", "lowest", "highest");
        row(speeds, "Prompt (prefill)", promptTokens, prefillTokensPerSecond);
        row(speeds, "Answer (decode)", generatedTokens, decodeTokensPerSecond);
        speeds.appendTo(page);
        return page.toString();
    }

    private static void row(Table table, String name, int tokens, Speed speed) {
        table.row(
                name,
                Units.digits(tokens),
                Units.threeDigits(speed.median),
                speed.runs.size() == 1 ? "" : "± " + Units.threeDigits(speed.standardDeviation),
                Units.threeDigits(speed.min),
                Units.threeDigits(speed.max));
    }
}
