package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UnitsTest {
    @Test
    void bytesAreBinary() {
        assertThat(Units.bytes(812)).isEqualTo("812 B");
        assertThat(Units.bytes(1536)).isEqualTo("1.50 KiB");
        assertThat(Units.bytes(3L << 30)).isEqualTo("3.00 GiB");
        assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("8.00 EiB");
    }

    @Test
    void countsAreDecimal() {
        assertThat(Units.count(999)).isEqualTo("999");
        assertThat(Units.count(260_032)).isEqualTo("260K");
        assertThat(Units.count(1_240_000_000)).isEqualTo("1.24B");
    }

    @Test
    void speedOfNothingIsZero() {
        assertThat(Units.perSecond(5, Duration.ZERO)).isZero();
        assertThat(Units.perSecond(5, Duration.ofMillis(500))).isEqualTo(10);
    }

    @Test
    void threeDigits() {
        assertThat(Units.threeDigits(0.1234)).isEqualTo("0.123");
        assertThat(Units.threeDigits(1.234)).isEqualTo("1.23");
        assertThat(Units.threeDigits(12.34)).isEqualTo("12.3");
        assertThat(Units.threeDigits(1234.4)).isEqualTo("1234");
    }
}
