package ouverture.benchmarks.peers;

/// An engine with a loaded model, in the process that measures it.
interface Contestant extends AutoCloseable {
    /// Does the work once with random tokens.
    ///
    /// @return tokens per second, over all sequences
    double tokensPerSecond(Work work);

    /// Bytes of the cache for keys and values; 0 where the engine does not tell.
    long cacheBytes();

    /// The name of the code that computes.
    String kernels();

    @Override
    void close();
}
