package ouverture.benchmarks.serving;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ouverture.ChatEvent;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.EngineOptions.Activations;
import ouverture.Generation;
import ouverture.Speculation;
import ouverture.error.OuvertureException;
import ouverture.generate.SamplingParameters;
import ouverture.server.Server;
import ouverture.server.ServerOptions;

/// The process of our server, with a second engine of the same kind beside it that is asked without HTTP. It
/// says the server's port, then reads a line for each [Load] and answers with the seconds that the bare engine
/// takes for it. It ends with the process that started it.
final class ServerMain {
    /// What clients call the model.
    static final String MODEL = "model";

    private ServerMain() {}

    /// @param args the model; threads; positions of the cache; sequences
    public static void main(String[] args) throws IOException {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent -> Thread.ofVirtual().start(() -> {
                    parent.onExit().join();
                    Runtime.getRuntime().halt(1);
                }));
        Path model = Path.of(args[0]);
        EngineOptions options = EngineOptions.DEFAULT
                .withThreads(Integer.parseInt(args[1]))
                .withActivations(Activations.Q8)
                .withSpeculation(Speculation.OFF)
                .withContext(Integer.parseInt(args[2]))
                .withSequences(Integer.parseInt(args[3]));
        try (Server server = Server.open(ServerOptions.DEFAULT.withPort(0), Map.of(MODEL, model), Map.of(), options);
                Engine engine = Engine.open(model, options);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            PrintStream out = System.out;
            out.println(server.port());
            Random random = new Random(1);
            int vocabulary = engine.info().vocabularySize();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Load load = Load.parse(line);
                List<List<Integer>> prompts = load.prompts(random, vocabulary);
                out.println(
                        Together.seconds(load, prompts, each -> answer(engine, each, load.tokens(), vocabulary - 1)));
            }
        } catch (OuvertureException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static int answer(Engine engine, List<Integer> prompt, int tokens, int endOfText) {
        CompletionRequest request = CompletionRequest.of(prompt)
                .withSampling(SamplingParameters.GREEDY.withLogitBias(Map.of(endOfText, -100.0)))
                .withMaxTokens(tokens);
        try (Generation generation = engine.complete(request)) {
            for (ChatEvent event : generation) {
                if (event instanceof ChatEvent.Finished end) {
                    return end.usage().generatedTokens();
                }
            }
        }
        throw new IllegalStateException("an answer without an end");
    }
}
