package ouverture.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import ouverture.error.ResourceException;
import tools.jackson.databind.json.JsonMapper;

/// llama.cpp's main line as the package registry npm has it: libraries of a release for each kind of processor.
final class PeerPackage {
    private static final String NAME = "@node-llama-cpp/linux-x64";
    private static final String VERSION = "3.22.1";
    private static final String FOLDER = "node_modules/" + NAME + "/bins/linux-x64";

    private PeerPackage() {}

    /// The package, fetched if it is not there.
    ///
    /// @param folder that exists, where it is installed
    /// @return empty where the package has nothing for this system
    /// @throws ResourceException if npm is missing or fails
    static Optional<Peer> find(Path folder) {
        boolean suits = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        if (!suits) {
            return Optional.empty();
        }
        Path libraries = folder.resolve(FOLDER);
        Path build = libraries.resolve("_nlcBuildMetadata.json");
        if (!Files.exists(build)) {
            install(folder);
        }
        String release = JsonMapper.shared()
                .readTree(build.toFile())
                .at("/buildOptions/llamaCpp/release")
                .asString();
        return Optional.of(new Peer(
                Peer.LLAMA, release, NAME + " " + VERSION + " from npm", ContestantMain.Kind.LLAMA, libraries));
    }

    private static void install(Path folder) {
        List<String> command = List.of(
                "npm",
                "install",
                "--prefix=" + folder,
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-save",
                NAME + "@" + VERSION);
        String advice = "; install Node.js with npm and connect to the network once, or measure Ouverture alone"
                + " with --no-peer.";
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("npm.log").toFile())
                    .start();
            if (process.waitFor() != 0) {
                throw new ResourceException(
                        "npm could not fetch " + NAME + " (log: " + folder.resolve("npm.log") + ")" + advice);
            }
        } catch (IOException e) {
            throw new ResourceException("npm, which fetches llama.cpp, cannot be started" + advice, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("Fetching llama.cpp was interrupted.", e);
        }
    }
}
