package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.ModelFileException;
import ouverture.file.Metadata;

class LayerSettingsTest {
    private static final boolean W = true;
    private static final boolean G = false;

    private static Metadata header(String key, Object value) {
        return new Metadata("model.gguf", Map.of("general.architecture", "gemma4", "gemma4." + key, value));
    }

    @Test
    void aPatternIsAListOrAPeriod() {
        String key = "attention.sliding_window_pattern";
        assertThat(LayerSettings.sliding(header("x", 1L), 7, 3)).containsExactly(W, W, G, W, W, G, W);
        assertThat(LayerSettings.sliding(header(key, 2L), 4, 3)).containsExactly(W, G, W, G);
        assertThat(LayerSettings.sliding(header(key, 1L), 2, 3)).containsExactly(G, G);
        assertThat(LayerSettings.sliding(header(key, 0L), 2, 3)).containsExactly(W, W);
        assertThat(LayerSettings.sliding(header(key, List.of(G, G, W)), 3, 3)).containsExactly(G, G, W);
        assertThat(LayerSettings.sliding(header(key, new int[] {0, 1, 1}), 3, 3))
                .containsExactly(G, W, W);
        assertThatThrownBy(() -> LayerSettings.sliding(header(key, List.of(W, G)), 3, 3))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("lists 2 of 3 layers");
    }

    @Test
    void sharedLayersAttendToTheLastOfTheirKind() {
        Metadata m = header("attention.shared_kv_layers", 3L);
        assertThat(LayerSettings.ownCaches(m, 7, 0)).isEqualTo(4);
        boolean[] kinds = {W, G, W, W, W, G, W};
        assertThat(LayerSettings.sources(m, kinds, 4)).containsExactly(0, 1, 2, 3, 3, 1, 3);
        assertThatThrownBy(() -> LayerSettings.sources(m, new boolean[] {W, W, W, W, W, G, W}, 4))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("layer 5 has no keys and values");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 7, 8, Integer.MAX_VALUE})
    void sharesThatLeaveNothingAreRefused(long shared) {
        Metadata m = header("attention.shared_kv_layers", shared);
        assertThatThrownBy(() -> LayerSettings.ownCaches(m, 7, 0)).isInstanceOf(ModelFileException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, Integer.MAX_VALUE})
    void countsAndWindowsMustBeSound(long number) {
        assertThatThrownBy(() -> LayerSettings.count(header("block_count", number)))
                .isInstanceOf(ModelFileException.class);
        if (number < 1) {
            assertThatThrownBy(() -> LayerSettings.window(header("attention.sliding_window", number)))
                    .isInstanceOf(ModelFileException.class);
        }
    }
}
