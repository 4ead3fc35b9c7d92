package ouverture.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import ouverture.benchmarks.models.BenchModel;

/// What is measured on one file with one start of the engines.
///
/// @param works that are compared with each other, so that all of them belong to one run
/// @param withMemory whether memory is measured too, in processes of its own
record Bout(BenchModel model, List<Work> works, boolean withMemory) {
    /// A prompt and a short answer after it: all that the memory of an engine depends on.
    static final Work MEMORY_WORK = Work.decode(480, 1, 31);

    /// Multiplications and bytes of weights per second, about, of a small machine, and seconds to start an engine:
    /// good enough to say how long all of it takes, and put right by what the first bouts took.
    private static final double USUAL_PRODUCTS = 120e9;

    private static final double USUAL_BYTES = 25e9;
    private static final double START = 2;
    private static final int WARM_UPS = 3;

    /// The file that is also measured after a long context.
    private static final String LONG_CONTEXT_FILE = "llama-3.2-1b-Q4_0.gguf";

    private static final List<Work> WORKS = List.of(Work.prefill(512), Work.decode(0, 1, 128), Work.decode(0, 8, 32));
    private static final List<Work> LONG_CONTEXT = List.of(Work.decode(0, 1, 32), Work.decode(16_384, 1, 32));
    private static final List<Work> SAFETENSORS = List.of(Work.prefill(512), Work.decode(0, 1, 32));
    private static final List<Work> SMOKE = List.of(Work.prefill(32), Work.decode(0, 1, 4), Work.decode(0, 2, 2));
    private static final List<Work> SMOKE_CONTEXT = List.of(Work.decode(0, 1, 3), Work.decode(64, 1, 3));

    Bout {
        works = List.copyOf(works);
    }

    /// Everything that `docs/performance.md` tells.
    static List<Bout> all() {
        List<Bout> bouts = new ArrayList<>();
        for (BenchModel model : BenchModel.all()) {
            bouts.add(new Bout(model, WORKS, true));
            if (model.fileName().equals(LONG_CONTEXT_FILE)) {
                bouts.add(new Bout(model, LONG_CONTEXT, false));
            }
        }
        bouts.add(new Bout(BenchModel.safetensors(), SAFETENSORS, false));
        return bouts;
    }

    /// The same with tiny models and short works.
    static List<Bout> smoke() {
        List<Bout> bouts = new ArrayList<>();
        bouts.add(new Bout(BenchModel.tiny().getFirst(), SMOKE_CONTEXT, true));
        BenchModel.tiny().forEach(model -> bouts.add(new Bout(model, SMOKE, false)));
        bouts.add(new Bout(BenchModel.tinySafetensors(), SMOKE, false));
        return bouts;
    }

    /// Whether a text is in the name of one of its figures, such as `llama-3.2-1b-Q4_0.gguf, prefill 512`.
    boolean concerns(String text) {
        Stream<String> memory = withMemory ? Stream.of("memory") : Stream.empty();
        return Stream.concat(works.stream().map(Work::toString), memory)
                .anyMatch(figure -> (model.fileName() + ", " + figure).contains(text));
    }

    /// Those peers that can read the file.
    List<Peer> readers(List<Peer> peers) {
        boolean gguf = model.fileName().endsWith(".gguf");
        return peers.stream().filter(peer -> peer.kind().readsGguf() == gguf).toList();
    }

    /// Seconds that it will take, about.
    ///
    /// @param engines that take turns
    double seconds(int engines, int repetitions) {
        double bytes = model.bytes();
        double products = model.activeParameters() / USUAL_PRODUCTS;
        double round = 0;
        double once = START + bytes / 1e9;
        for (Work work : works) {
            round +=
                    work.phase() == Work.Phase.PREFILL ? work.tokens() * products : work.tokens() * bytes / USUAL_BYTES;
            once += work.context() * products;
        }
        double memory = withMemory ? START + bytes / 1e9 + MEMORY_WORK.context() * products : 0;
        return engines * (once + memory + round * (repetitions + WARM_UPS / 2.0)) + repetitions;
    }
}
