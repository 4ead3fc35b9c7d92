/// The server, measured against llama.cpp's on the same file in the same run, and against its own engine without
/// HTTP.
///
/// Each server runs in a process of its own and takes its turns from [ouverture.benchmarks.serving.BenchServer].
@org.jspecify.annotations.NullMarked
package ouverture.benchmarks.serving;
