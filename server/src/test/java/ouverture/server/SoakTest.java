package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Hours of a server's life in minutes: many clients of all kinds, some of which go, cancel or send nonsense.
/// Every answer must be the one that the engine gives alone, and nothing may be left behind. `make soak` runs it.
@EnabledIfSystemProperty(named = SoakTest.MINUTES, matches = "[0-9.]+", disabledReason = "make soak runs it")
class SoakTest {
    static final String MINUTES = "ouverture.soak.minutes";

    private static final int CLIENTS = 12;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final long MIB = 1 << 20;
    private static final Path REPORT = Path.of("target/soak.txt");

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /// What may leak. Threads that carry virtual ones, and those of the client, come and go as the JDK likes.
    ///
    /// @param threads platform threads and virtual ones
    private record Left(long heapMib, long residentMib, long threads) {
        static Left now(Path folder) throws IOException, InterruptedException {
            for (int i = 0; i < 3; i++) {
                System.gc();
                Thread.sleep(200);
            }
            Runtime runtime = Runtime.getRuntime();
            return new Left((runtime.totalMemory() - runtime.freeMemory()) / MIB, resident() / MIB, threads(folder));
        }

        /// Bytes that the system has given to this process; 0 where it does not say.
        private static long resident() throws IOException {
            Path status = Path.of("/proc/self/status");
            if (!Files.exists(status)) {
                return 0;
            }
            try (var lines = Files.lines(status)) {
                return lines.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                        .sum();
            }
        }

        private static long threads(Path folder) throws IOException {
            Path file = folder.resolve("threads-" + System.nanoTime());
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toAbsolutePath().toString(), ThreadDumpFormat.TEXT_PLAIN);
            try (var lines = Files.lines(file)) {
                return lines.filter(line -> line.startsWith("#"))
                        .filter(line -> !line.contains("ForkJoinPool") && !line.contains("HttpClient"))
                        .count();
            }
        }
    }

    @Test
    void nothingIsLeftBehind(@TempDir Path folder) throws Exception {
        Duration duration = Duration.ofMillis((long) (60_000 * Double.parseDouble(System.getProperty(MINUTES))));
        Instant start = Instant.now();
        try (SoakAnswers expected = new SoakAnswers(folder.resolve("alone"));
                RunningServer server = RunningServer.withEngine(folder, options -> options.withLog(_ -> {}))) {
            load(server, expected, Instant.now().plus(WARM_UP));
            settle(server);
            Left before = Left.now(folder);
            load(server, expected, Instant.now().plus(duration));
            settle(server);
            Left after = Left.now(folder);
            report(before, after, Duration.between(start, Instant.now()));
            assertThat(after.heapMib).as("MiB of heap").isLessThan(before.heapMib + 32);
            assertThat(after.residentMib).as("MiB of memory").isLessThan(before.residentMib + 96);
            assertThat(after.threads).as("threads").isLessThanOrEqualTo(before.threads + 4);
            hasAllPages(server);
        }
    }

    private void load(RunningServer server, SoakAnswers expected, Instant end) throws Exception {
        List<Future<?>> clients = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                SoakClient client = new SoakClient(server, expected, random);
                clients.add(pool.submit(() -> {
                    while (Instant.now().isBefore(end)) {
                        counts.computeIfAbsent(client.act(), _ -> new LongAdder())
                                .increment();
                    }
                    return null;
                }));
            }
        }
        for (Future<?> client : clients) {
            client.get();
        }
    }

    /// Waits until nothing runs any more.
    private static void settle(RunningServer server) {
        RunningServer.await(() -> gauge(server, "ouverture_answers_running") == 0
                && gauge(server, "ouverture_answers_waiting") == 0
                && gauge(server, "ouverture_requests_running") == 1);
        RunningServer.await(() -> gauge(server, "ouverture_connections") <= CLIENTS + 2);
    }

    private static double gauge(RunningServer server, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + " (\\S+)$")
                .matcher(server.get("/metrics").body());
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }

    /// A prompt that takes the whole cache would wait for ever if a page were missing.
    private static void hasAllPages(RunningServer server) {
        String tokens = IntStream.range(0, SoakAnswers.CONTEXT)
                .mapToObj(i -> Integer.toString(3 + i % 500))
                .collect(Collectors.joining(","));
        HttpResponse<String> response = server.post(
                "/v1/completions", "{\"model\": \"stories\", \"max_tokens\": 1, \"prompt\": [" + tokens + "]}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    private void report(Left before, Left after, Duration took) throws IOException {
        String text =
                "Soak of " + took.toSeconds() + " s with " + CLIENTS + " clients\nbefore: " + before + "\nafter:  "
                        + after + "\n"
                        + new TreeMap<>(counts)
                                .entrySet().stream()
                                        .map(count -> count.getKey() + ": " + count.getValue() + "\n")
                                        .collect(Collectors.joining());
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, text);
    }
}
