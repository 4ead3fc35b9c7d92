package ouverture.benchmarks.peers;

/// Memory that an engine took from loading a file to the end of a short answer, in a process that did nothing
/// else. Files and everything else are counted alike for all engines, wherever they keep weights.
///
/// @param engine ours or a peer
/// @param fileBytes length of the model's file
/// @param cacheBytes of the keys and values of all positions that were computed, in an F16 cache
/// @param hostBytes that the process had before the engine was loaded: nothing for ours, whose Java virtual
///     machine counts; for a peer, the one that only calls it
/// @param peakBytes the most that the process ever had
/// @param peakFileBytes of mapped files when it had most
/// @param settledFileBytes of mapped files at the end
/// @param settledAnonymousBytes of all else at the end
/// @param date in ISO form
/// @param commit of Ouverture
record Footprint(
        String file,
        String engine,
        long fileBytes,
        long cacheBytes,
        long hostBytes,
        long peakBytes,
        long peakFileBytes,
        long settledFileBytes,
        long settledAnonymousBytes,
        String date,
        String commit) {
    static final String OURS = "Ouverture";

    /// @param ours what our engine took, which tells the size of the cache
    /// @param seen what this engine took
    static Footprint of(
            Results.Stamp stamp, String engine, long fileBytes, MemoryProbe.Seen ours, MemoryProbe.Seen seen) {
        return new Footprint(
                stamp.file(),
                engine,
                fileBytes,
                ours.cacheBytes(),
                engine.equals(OURS) ? 0 : seen.host().bytes(),
                seen.last().peakBytes(),
                seen.most().fileBytes(),
                seen.last().fileBytes(),
                seen.last().anonymousBytes(),
                stamp.date(),
                stamp.commit());
    }

    /// The peak without the cache, as a multiple of the file.
    double overFile() {
        return (double) (peakBytes - hostBytes - cacheBytes) / fileBytes;
    }

    /// What is left at the end, without the cache, as a multiple of the file.
    double settledOverFile() {
        return (double) (settledFileBytes + settledAnonymousBytes - hostBytes - cacheBytes) / fileBytes;
    }

    boolean isSameAs(Footprint other) {
        return file.equals(other.file) && engine.equals(other.engine);
    }
}
