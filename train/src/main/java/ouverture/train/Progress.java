package ouverture.train;

/// How far a run has come.
///
/// @param step steps that are done
/// @param cursor number of the next document
/// @param tokens rows that went through the network
/// @param seconds of computation, over all interruptions
public record Progress(long step, long cursor, long tokens, double seconds) {
    /// Nothing is done yet.
    public static final Progress START = new Progress(0, 0, 0, 0);
}
