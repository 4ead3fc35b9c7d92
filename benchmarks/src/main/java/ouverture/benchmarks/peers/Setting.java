package ouverture.benchmarks.peers;

/// What an engine is started with.
///
/// @param threads that compute
/// @param context positions of the cache, over all sequences
/// @param sequences at the same time, at most
record Setting(int threads, int context, int sequences) {
    /// Tokens that are computed in one step at most.
    static final int BATCH = 512;
}
