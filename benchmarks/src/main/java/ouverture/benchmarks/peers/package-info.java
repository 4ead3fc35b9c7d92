/// Whole models, measured against other engines on the same files in the same run.
///
/// Each engine runs in a process of its own ([ouverture.benchmarks.peers.ContestantMain]) and takes its turns
/// from [ouverture.benchmarks.peers.BenchPeers].
@org.jspecify.annotations.NullMarked
package ouverture.benchmarks.peers;
