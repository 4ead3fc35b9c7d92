package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import ouverture.error.RequestException;

class ReasoningTest {
    @Test
    void settingsAreReadAsTheyAreTyped() {
        for (Reasoning.Level level : Reasoning.Level.values()) {
            assertThat(Reasoning.parse(level.text())).isEqualTo(level);
        }
        assertThat(Reasoning.parse("512")).isEqualTo(new Reasoning.Budget(512));
        assertThat(Reasoning.parse("512").text()).isEqualTo("512");
        assertThat(Reasoning.parse("0")).isEqualTo(Reasoning.OFF);
    }

    @Test
    void otherTextIsRefusedInASentence() {
        for (String text : new String[] {"", "LOW", "-1", "1.5", "99999999999", "much"}) {
            assertThatThrownBy(() -> Reasoning.parse(text))
                    .isInstanceOf(RequestException.class)
                    .hasMessage("'" + text
                            + "' is no reasoning setting; say off, auto, low, medium, high or a number of tokens.");
        }
        assertThatThrownBy(() -> new Reasoning.Budget(0)).isInstanceOf(RequestException.class);
    }
}
