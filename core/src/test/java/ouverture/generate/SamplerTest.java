package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import ouverture.error.RequestException;

final class SamplerTest {
    private static final float[] LOGITS = {1, 3, 2, -1, 3};

    private static SamplingParameters plain(double temperature, int topK, double topP, double minP) {
        return new SamplingParameters(temperature, topK, topP, minP, 1, 0, 0, OptionalLong.of(11), Map.of(), -1);
    }

    private static Set<Integer> drawn(SamplingParameters parameters) {
        Sampler sampler = new Sampler(parameters, new int[0]);
        Set<Integer> ids = new TreeSet<>();
        for (int i = 0; i < 2_000; i++) {
            ids.add(sampler.sample(LOGITS.clone()));
        }
        return ids;
    }

    @Test
    void temperatureZeroTakesTheFirstOfTheMostLikely() {
        assertThat(drawn(SamplingParameters.GREEDY)).containsExactly(1);
    }

    @Test
    void topKKeepsTheMostLikely() {
        assertThat(drawn(plain(5, 1, 1, 0))).containsExactly(1);
        assertThat(drawn(plain(5, 3, 1, 0))).containsExactly(1, 2, 4);
        assertThat(drawn(plain(5, 0, 1, 0))).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void topPKeepsTheSmallestMassThatSuffices() {
        // probabilities at temperature 1: 0.054, 0.397, 0.146, 0.007, 0.397
        assertThat(drawn(plain(1, 0, 0.39, 0))).containsExactly(1);
        assertThat(drawn(plain(1, 0, 0.79, 0))).containsExactly(1, 4);
        assertThat(drawn(plain(1, 0, 0.80, 0))).containsExactly(1, 2, 4);
    }

    @Test
    void minPDropsWhatIsFarBelowTheBest() {
        assertThat(drawn(plain(1, 0, 1, 0.2))).containsExactly(1, 2, 4);
        assertThat(drawn(plain(1, 0, 1, 0.5))).containsExactly(1, 4);
    }

    @Test
    void frequenciesFollowTheProbabilities() {
        Sampler sampler = new Sampler(plain(1, 0, 1, 0), new int[0]);
        int[] counts = new int[LOGITS.length];
        int draws = 200_000;
        for (int i = 0; i < draws; i++) {
            counts[sampler.sample(LOGITS.clone())]++;
        }
        double sum = 0;
        for (float logit : LOGITS) {
            sum += Math.exp(logit);
        }
        for (int id = 0; id < counts.length; id++) {
            assertThat(counts[id] / (double) draws).isCloseTo(Math.exp(LOGITS[id]) / sum, within(0.005));
        }
    }

    @Test
    void penaltiesAndBias() {
        SamplingParameters repetition = new SamplingParameters(0, 0, 1, 0, 2, 0, 0, OptionalLong.empty(), Map.of(), -1);
        assertThat(new Sampler(repetition, new int[] {1}).sample(LOGITS.clone()))
                .isEqualTo(4);
        SamplingParameters presence = new SamplingParameters(0, 0, 1, 0, 1, 1.5, 0, OptionalLong.empty(), Map.of(), -1);
        Sampler sampler = new Sampler(presence, new int[] {4});
        assertThat(sampler.sample(LOGITS.clone())).isEqualTo(1);
        assertThat(sampler.sample(LOGITS.clone())).isEqualTo(4);
        assertThat(sampler.sample(LOGITS.clone())).isEqualTo(2);
        SamplingParameters frequency =
                new SamplingParameters(0, 0, 1, 0, 1, 0, 0.4, OptionalLong.empty(), Map.of(4, 0.5), -1);
        sampler = new Sampler(frequency, new int[0]);
        assertThat(sampler.sample(LOGITS.clone())).isEqualTo(4);
        assertThat(sampler.sample(LOGITS.clone())).isEqualTo(4);
        assertThat(sampler.sample(LOGITS.clone())).isEqualTo(1);
    }

    @Test
    void logProbabilitiesAreThoseOfTheModel() {
        TokenProbability probability = Sampler.probability(LOGITS, 2, 3);
        double logSum = Math.log(Math.exp(1) + 2 * Math.exp(3) + Math.exp(2) + Math.exp(-1));
        assertThat(probability.logProbability()).isCloseTo(2 - logSum, within(1e-9));
        assertThat(probability.alternatives()).extracting(TokenProbability::id).containsExactly(1, 4, 2);
    }

    @Test
    void oddLogitsNeverFail() {
        float[][] odd = {
            {Float.NaN, Float.NaN},
            {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY},
            {Float.POSITIVE_INFINITY, 0},
            {Float.NaN, 1},
            {-0f, 0f}
        };
        for (float[] logits : odd) {
            for (SamplingParameters parameters :
                    new SamplingParameters[] {SamplingParameters.GREEDY, SamplingParameters.DEFAULT, plain(1, 0, 1, 0)
                    }) {
                assertThat(new Sampler(parameters, new int[0]).sample(logits.clone()))
                        .isBetween(0, 1);
            }
        }
        assertThat(new Sampler(SamplingParameters.DEFAULT, new int[0]).sample(new float[] {Float.NaN, 1}))
                .isEqualTo(1);
    }

    @Test
    void largeVocabularyTopKEqualsFullSort() {
        float[] logits = new float[5_000];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (i * 7919 % 4999) / 100f;
        }
        assertThat(Sampler.probability(logits, 0, 0).alternatives()).isEmpty();
        TokenProbability few = Sampler.probability(logits, 0, 20);
        TokenProbability all = Sampler.probability(logits, 0, 5_000);
        assertThat(few.alternatives()).isEqualTo(all.alternatives().subList(0, 20));
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        assertThatThrownBy(() -> SamplingParameters.DEFAULT.withTemperature(-1))
                .isInstanceOf(RequestException.class)
                .hasMessage("The temperature is -1; it must be at least 0 and at most 10.");
        assertThatThrownBy(() -> SamplingParameters.DEFAULT.withTemperature(Double.NaN))
                .isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> plain(1, 0, 0, 0)).hasMessage("The top-p is 0; it must be above 0 and at most 1.");
    }
}
