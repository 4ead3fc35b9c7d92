package ouverture.train.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import ouverture.error.RequestException;
import ouverture.text.ByteLevelWords;
import ouverture.text.Tokenizer;

class BpeTrainerTest {
    private static final List<String> CONTROLS = List.of("<|start|>", "<|end|>");

    private static TrainedVocabulary train(int size, List<String> whole, String... texts) {
        BpeTrainer trainer = new BpeTrainer("qwen2");
        for (String text : texts) {
            trainer.add(text);
        }
        return trainer.train(size, whole, CONTROLS);
    }

    /// The example of the paper (arXiv 1508.07909, section 3.2), whose merges are known.
    @Test
    void mergesTheMostFrequentPairsFirst() {
        String text = "low ".repeat(5) + "lowest ".repeat(2) + "newer ".repeat(6) + "wider ".repeat(3);
        TrainedVocabulary vocabulary = train(256 + 2 + 4, List.of(), text.replace(" ", "\n"));
        assertThat(vocabulary.merges()).containsExactly("e r", "l o", "lo w", "e w");
        assertThat(vocabulary.pieces().subList(256, 262)).startsWith("er").endsWith("<|start|>", "<|end|>");
    }

    /// Counts everything again for each merge, which is slow and simple.
    private static List<String> naive(String rule, int merges, List<String> texts) {
        Map<List<String>, Long> words = new HashMap<>();
        ByteLevelWords splitter = ByteLevelWords.named(rule);
        texts.forEach(text -> splitter.each(text, word -> words.merge(List.of(word.split("")), 1L, Long::sum)));
        List<String> pieces = new ArrayList<>(ByteLevelWords.alphabet());
        Set<String> result = new LinkedHashSet<>();
        while (result.size() < merges) {
            Map<List<String>, Long> pairs = new HashMap<>();
            words.forEach((word, count) -> {
                for (int i = 0; i + 1 < word.size(); i++) {
                    pairs.merge(List.of(word.get(i), word.get(i + 1)), count, Long::sum);
                }
            });
            List<String> best = Collections.min(
                    pairs.keySet(),
                    (a, b) -> pairs.get(a).equals(pairs.get(b))
                            ? pieces.indexOf(a.getFirst()) != pieces.indexOf(b.getFirst())
                                    ? Integer.compare(pieces.indexOf(a.getFirst()), pieces.indexOf(b.getFirst()))
                                    : Integer.compare(pieces.indexOf(a.getLast()), pieces.indexOf(b.getLast()))
                            : Long.compare(pairs.get(b), pairs.get(a)));
            result.add(String.join(" ", best));
            if (!pieces.contains(String.join("", best))) {
                pieces.add(String.join("", best));
            }
            Map<List<String>, Long> merged = new HashMap<>();
            words.forEach((word, count) -> {
                List<String> symbols = new ArrayList<>();
                for (int i = 0; i < word.size(); i++) {
                    boolean both = i + 1 < word.size() && word.subList(i, i + 2).equals(best);
                    symbols.add(both ? String.join("", best) : word.get(i));
                    i += both ? 1 : 0;
                }
                merged.merge(symbols, count, Long::sum);
            });
            words.clear();
            words.putAll(merged);
        }
        return List.copyOf(result);
    }

    @Test
    void agreesWithCountingEverythingAgain() {
        Random random = new Random(1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < 60; c++) {
                text.append("aab bcé\n12".charAt(Math.min(9, (int) Math.abs(random.nextGaussian() * 4))));
            }
            texts.add(text.toString());
        }
        List<String> merges =
                train(256 + 2 + 80, List.of(), texts.toArray(String[]::new)).merges();
        assertThat(merges).isEqualTo(naive("qwen2", merges.size(), texts)).hasSizeGreaterThanOrEqualTo(80);
        Collections.shuffle(texts, random);
        assertThat(train(256 + 2 + 80, List.of(), texts.toArray(String[]::new)).merges())
                .isEqualTo(merges);
    }

    @Test
    void tokenizersReadTheVocabulary() {
        String text = "Le chat mange 123 souris, n'est-ce pas ? ".repeat(20);
        TrainedVocabulary vocabulary = train(320, List.of("assistant", "system"), text);
        Tokenizer tokenizer = vocabulary.tokenizer("<|end|>");
        int size = vocabulary.pieces().size();
        assertThat(tokenizer.size()).isEqualTo(size).isGreaterThan(280);
        assertThat(tokenizer.encode("assistant", false, false)).hasSize(1);
        assertThat(tokenizer.encode("system", false, false)).hasSize(1);
        assertThat(tokenizer.encode("<|start|>", false, true)).containsExactly(size - 2);
        assertThat(tokenizer.encode("123", false, false)).hasSize(3);
        int[] ids = tokenizer.encode("Le chat été 😀 <|end|>", false, false);
        assertThat(tokenizer.decode(ids)).isEqualTo("Le chat été 😀 <|end|>");
        assertThat(ids.length).isLessThan(30);
        assertThat(tokenizer.endsGeneration(size - 1)).isTrue();
    }

    @Test
    void stopsWhereNothingIsLeftToMerge() {
        assertThat(train(1000, List.of(), "ab ab").pieces()).hasSizeLessThan(270);
    }

    @Test
    void tooSmallASizeIsRefused() {
        assertThatThrownBy(() -> train(100, List.of("final"), "ab"))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("100 tokens is too small");
    }
}
