package ouverture.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import ouverture.error.OuvertureException;

/// The process of one engine: says that it is there, loads a model when it is told to, then reads a line for each
/// [Work] and answers with tokens per second. The line `about` is answered with the bytes of the cache and the
/// name of the code that computes. It ends with the process that started it, in the middle of a work too.
final class ContestantMain {
    static final String HERE = "here";
    static final String LOAD = "load";
    static final String READY = "ready";
    static final String ABOUT = "about";

    /// Engines.
    enum Kind {
        OUVERTURE,
        /// llama.cpp and its forks, through their C interface.
        LLAMA,
        /// Jlama, which reads safetensors only.
        JLAMA;

        boolean readsGguf() {
            return this != JLAMA;
        }
    }

    private ContestantMain() {}

    /// @param args kind; folder of libraries, or an empty text; the model; threads; context; sequences
    public static void main(String[] args) throws IOException {
        ProcessHandle.current().parent().ifPresent(ContestantMain::endWith);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(HERE);
            if (LOAD.equals(in.readLine())) {
                serve(args, in, System.out);
            }
        } catch (OuvertureException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void endWith(ProcessHandle parent) {
        Thread.ofVirtual().start(() -> {
            parent.onExit().join();
            Runtime.getRuntime().halt(1);
        });
    }

    private static void serve(String[] args, BufferedReader in, PrintStream out) throws IOException {
        Setting setting = new Setting(Integer.parseInt(args[3]), Integer.parseInt(args[4]), Integer.parseInt(args[5]));
        Path model = Path.of(args[2]);
        try (Contestant contestant = contestant(Kind.valueOf(args[0]), Path.of(args[1]), model, setting)) {
            out.println(READY);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println(
                        line.equals(ABOUT)
                                ? contestant.cacheBytes() + " " + contestant.kernels()
                                : String.valueOf(contestant.tokensPerSecond(Work.parse(line))));
            }
        }
    }

    private static Contestant contestant(Kind kind, Path libraries, Path model, Setting setting) {
        return switch (kind) {
            case OUVERTURE -> new OuvertureContestant(model, setting);
            case LLAMA -> new LlamaContestant(libraries, model, setting);
            case JLAMA -> new JlamaContestant(model, setting);
        };
    }
}
