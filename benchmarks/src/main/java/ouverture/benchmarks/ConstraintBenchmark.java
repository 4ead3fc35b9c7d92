package ouverture.benchmarks;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ouverture.constrain.Constraint;
import ouverture.constrain.Grammar;
import ouverture.constrain.Matcher;
import ouverture.constrain.TokenTrie;
import ouverture.file.ModelFile;
import ouverture.generate.Sampler;
import ouverture.generate.SamplingParameters;
import ouverture.text.Tokenizer;

/// What it takes to draw a token of a large vocabulary, with a constraint and without: the difference is what the
/// constraint costs in each step. Answers are drawn again and again from a grammar that is kept, as an engine
/// keeps it; `fresh` begins each answer with a new one. Where the logits are `noise`, every token is as likely
/// as any other, which no model does and which asks most; `scripted` logits want a valid answer.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ConstraintBenchmark {
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\",\"maxLength\":"
                    + "80},\"summary\":{\"type\":\"string\"},\"rating\":{\"type\":\"integer\",\"minimum"
                    + "\":1,\"maximum\":5},\"tags\":"
                    + "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":5},\"date\":{\"t"
                    + "ype\":\"string\",\"format\":"
                    + "\"date\"}},\"required\":[\"title\",\"summary\",\"rating\",\"tags\",\"date\"],\"ad"
                    + "ditionalProperties\":false}";
    private static final String ANSWER =
            "{\"title\": \"A quiet film about the sea\", \"summary\": \"Two brothers return to"
                    + " the harbour where they grew up and find the boat that their father never finishe"
                    + "d. It takes its time, and"
                    + " it is worth it.\", \"rating\": 4, \"tags\": [\"drama\", \"family\", \"sea\"], \""
                    + "date\": \"2024-05-17\"}";
    private static final int NOISES = 8;

    /// A GGUF file whose header has the vocabulary.
    @Param("/tmp/tok-gptoss.gguf")
    private String vocabulary = "";

    @Param({"none", "schema", "fresh", "json"})
    private String constraint = "";

    @Param({"scripted", "noise"})
    private String logits = "";

    @Param({"0", "0.8"})
    private double temperature;

    private @Nullable Tokenizer tokenizer;
    private @Nullable TokenTrie trie;
    private @Nullable Grammar grammar;
    private @Nullable Matcher matcher;
    private @Nullable Sampler sampler;
    private final float[][] noise = new float[NOISES][];
    private int[] script = {};
    private int at;
    private float[] row = {};

    @Setup
    public void prepare() {
        try (ModelFile file = ModelFile.open(Path.of(vocabulary))) {
            tokenizer = Tokenizer.of(file.metadata());
        }
        trie = TokenTrie.of(tokenizer);
        script = tokenizer.encode(ANSWER, false, false);
        Random random = new Random(1);
        for (int i = 0; i < NOISES; i++) {
            noise[i] = new float[tokenizer.size()];
            for (int id = 0; id < noise[i].length; id++) {
                noise[i][id] = (float) random.nextGaussian();
            }
        }
        row = new float[tokenizer.size()];
        sampler = new Sampler(
                SamplingParameters.DEFAULT.withTemperature(temperature).withSeed(1), new int[0]);
        begin();
    }

    private void begin() {
        at = 0;
        if (constraint.equals("none")) {
            return;
        }
        if (grammar == null || constraint.equals("fresh")) {
            Constraint form =
                    constraint.equals("json") ? new Constraint.JsonObject() : new Constraint.JsonSchema(SCHEMA);
            grammar = Grammar.of(
                    form, java.util.Objects.requireNonNull(tokenizer), java.util.Objects.requireNonNull(trie));
        }
        matcher = grammar.matcher();
    }

    /// A token, after which the answer begins anew if it is complete or has as many as the script.
    @Benchmark
    public int token() {
        float[] source = noise[at % NOISES];
        System.arraycopy(source, 0, row, 0, row.length);
        boolean isScripted = logits.equals("scripted");
        if (isScripted) {
            row[script[at]] += 30;
        }
        Matcher now = matcher;
        Sampler drawing = java.util.Objects.requireNonNull(sampler);
        int token = now == null ? drawing.sample(row) : drawing.sample(row, now);
        boolean ends = ++at == script.length;
        if (now != null && !ends) {
            now.advance(token);
            ends = now.isComplete();
        }
        if (ends) {
            begin();
        }
        return token;
    }
}
