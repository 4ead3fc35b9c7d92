package ouverture.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import ouverture.error.OuvertureException;

/// The process of one engine: loads a model, then reads a line for each [Work] and answers with tokens per
/// second. The line `memory` is answered with the bytes that lie in memory and those of the cache.
final class ContestantMain {
    static final String READY = "ready";
    static final String MEMORY = "memory";

    private ContestantMain() {}

    /// @param args the folder of llama.cpp's libraries, or nothing for Ouverture; the model; threads; context;
    /// sequences
    public static void main(String[] args) throws IOException {
        try {
            serve(args, System.out);
        } catch (OuvertureException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void serve(String[] args, PrintStream out) throws IOException {
        Path model = Path.of(args[1]);
        Setting setting = new Setting(Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        try (Contestant contestant = args[0].isEmpty()
                        ? new OuvertureContestant(model, setting)
                        : new LlamaContestant(Path.of(args[0]), model, setting);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            out.println(READY);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println(
                        line.equals(MEMORY)
                                ? residentBytes() + " " + contestant.cacheBytes()
                                : String.valueOf(contestant.tokensPerSecond(Work.parse(line))));
            }
        }
    }

    /// Memory of this process that is not swapped out, pages of mapped files included; 0 where `/proc` is
    /// missing.
    private static long residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }
}
