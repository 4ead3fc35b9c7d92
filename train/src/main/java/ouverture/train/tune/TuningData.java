package ouverture.train.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import ouverture.error.TrainingException;
import ouverture.train.TrainingData;
import ouverture.train.gradient.Objective;
import ouverture.train.gradient.TrainingBatch.Document;

/// The examples of a file, again and again, each time in another order that follows from the seed.
final class TuningData implements TrainingData {
    /// Lines that a message lists before it stops.
    private static final int LISTED = 8;

    private final ExampleFile file;
    private final TuningSettings settings;
    private final double[] judgementWeights;
    private double[] references = new double[0];
    private int @Nullable [] order;
    private long orderedEpoch = -1;

    TuningData(ExampleFile file, TuningSettings settings) {
        this.file = file;
        this.settings = settings;
        judgementWeights = judgementWeights(file);
    }

    /// Good and bad answers count the same in sum, however many there are of each, within what the paper advises.
    private static double[] judgementWeights(ExampleFile file) {
        if (file.method() != Method.KTO) {
            return new double[] {1, 1};
        }
        long good = file.examples().stream().filter(TuningExample::good).count();
        long bad = file.examples().size() - good;
        if (good == 0 || bad == 0) {
            throw new TrainingException(file.name() + " holds only " + (bad == 0 ? "good" : "bad")
                    + " answers; learning what people like needs both.");
        }
        return good < bad ? new double[] {(double) bad / good, 1} : new double[] {1, (double) good / bad};
    }

    /// Number of examples in an epoch.
    int size() {
        return file.examples().size();
    }

    /// The number in the file of the example that comes as the one of this index.
    private synchronized int place(long index) {
        long epoch = index / size();
        int[] known = order;
        if (known == null || epoch != orderedEpoch) {
            known = IntStream.range(0, size()).toArray();
            Random random = new Random(settings.seed() * 31 + epoch);
            for (int i = known.length - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int swapped = known[i];
                known[i] = known[other];
                known[other] = swapped;
            }
            order = known;
            orderedEpoch = epoch;
        }
        return known[(int) (index % size())];
    }

    @Override
    public Document document(long index) {
        return documents(index).getFirst();
    }

    @Override
    public List<Document> documents(long index) {
        return documentsOf(place(index));
    }

    /// The documents of the file's example of a number. A judged answer comes with the next example's answer in its
    /// place, which says how far the model has drifted.
    List<Document> documentsOf(int number) {
        List<Document> own = file.examples().get(number).documents();
        if (file.method() != Method.KTO) {
            return own;
        }
        Document other = file.examples().get((number + 1) % size()).documents().getFirst();
        return List.of(own.getFirst(), exchanged(own.getFirst(), other));
    }

    /// A prompt with the answer to another one, cut where the two are longer together than the longer of them.
    private static Document exchanged(Document asked, Document answered) {
        int prompt = answerStart(asked);
        int answer = answerStart(answered);
        int most = Math.max(asked.tokens().length, answered.tokens().length);
        int count = Math.clamp(most - prompt, 1, answered.tokens().length - answer);
        int[] tokens = Arrays.copyOf(asked.tokens(), prompt + count);
        System.arraycopy(answered.tokens(), answer, tokens, prompt, count);
        float[] weights = new float[tokens.length];
        Arrays.fill(weights, prompt, tokens.length, 1);
        return new Document(tokens, weights);
    }

    private static int answerStart(Document document) {
        int start = 0;
        while (document.weights()[start] == 0) {
            start++;
        }
        return start;
    }

    /// Sets what the documents of all examples, in the file's order, lose without the adapter.
    void references(double[] losses) {
        references = losses;
    }

    /// Whether losses are compared with those of the model without its adapter.
    boolean compares() {
        return file.method() != Method.SFT;
    }

    @Override
    public Optional<Objective> objective(long first, long last) {
        if (!compares()) {
            return Optional.empty();
        }
        int[] places = LongStream.range(first, last).mapToInt(this::place).toArray();
        double[] own = Arrays.stream(places)
                .flatMap(place -> IntStream.of(2 * place, 2 * place + 1))
                .mapToDouble(document -> references[document])
                .toArray();
        boolean[] good = new boolean[places.length];
        for (int i = 0; i < good.length; i++) {
            good[i] = file.examples().get(places[i]).good();
        }
        return Optional.of(losses -> file.method() == Method.DPO
                ? Preferences.paired(losses, own, settings.beta())
                : Preferences.judged(losses, own, good, settings.beta(), judgementWeights));
    }

    @Override
    public String describe(long first, long last) {
        List<String> lines = new ArrayList<>();
        LongStream.range(first, Math.min(last, first + LISTED))
                .map(index -> file.examples().get(place(index)).line())
                .forEach(line -> lines.add(String.valueOf(line)));
        return (lines.size() == 1 ? "line " : "lines ")
                + lines.stream().collect(Collectors.joining(", "))
                + (last - first > LISTED ? ", …" : "") + " of " + file.name();
    }
}
