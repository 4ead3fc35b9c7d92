package ouverture.benchmarks.peers;

import java.nio.file.Path;

/// An engine to compare with.
///
/// @param name as the tables have it, of [#LLAMA] and the like
/// @param release which one
/// @param source where it came from
/// @param kind of contestant that runs it
/// @param libraries folder with its native libraries; empty where Java's class path has all of it
record Peer(String name, String release, String source, ContestantMain.Kind kind, Path libraries) {
    static final String LLAMA = "llama.cpp";
    static final String IK_LLAMA = "ik_llama.cpp";

    /// Another engine in Java, which the class path has.
    static final Peer JLAMA = new Peer(
            "Jlama",
            "0.8.4",
            "com.github.tjake:jlama-core and jlama-native from Maven Central",
            ContestantMain.Kind.JLAMA,
            Path.of(""));

    Results.Release described() {
        return new Results.Release(name, release, source);
    }
}
