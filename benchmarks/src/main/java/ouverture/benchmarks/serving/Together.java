package ouverture.benchmarks.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToIntFunction;
import ouverture.error.ResourceException;

/// Requests that are sent at the same time.
final class Together {
    private static final double NANOS = 1e9;

    private Together() {}

    /// Sends them, each from a thread of its own.
    ///
    /// @param request answers with how many tokens came
    /// @return seconds from the first request to the end of the last
    /// @throws ResourceException if one fails, or brings another number of tokens than was asked for
    static double seconds(Load load, List<List<Integer>> prompts, ToIntFunction<List<Integer>> request) {
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            for (List<Integer> prompt : prompts) {
                answers.add(clients.submit(() -> request.applyAsInt(prompt)));
            }
            for (Future<Integer> answer : answers) {
                if (answer.get() != load.tokens()) {
                    throw new ResourceException("An answer of " + load.tokens() + " tokens ended after " + answer.get()
                            + "; run the measurement again.");
                }
            }
            return (System.nanoTime() - start) / NANOS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("The measurement was interrupted.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        }
    }
}
