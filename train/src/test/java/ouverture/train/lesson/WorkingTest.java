package ouverture.train.lesson;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import ouverture.Reasoning.Level;

class WorkingTest {
    private static String worked(Level level, Consumer<Working> calculation) {
        Working working = new Working(level, Language.ENGLISH, Integer.MAX_VALUE);
        calculation.accept(working);
        return working.text();
    }

    private static BigDecimal number(String text) {
        return new BigDecimal(text);
    }

    @Test
    void additionsAreCarried() {
        Consumer<Working> sum = working -> working.add(number("478"), number("85"));
        assertThat(worked(Level.LOW, sum)).isEqualTo("478+85: 13 16 5 =563");
        assertThat(worked(Level.MEDIUM, sum)).isEqualTo("478+85: 8+5=13 7+8+1=16 4+0+1=5 =563");
        assertThat(worked(Level.AUTO, sum)).isEqualTo(worked(Level.MEDIUM, sum));
        assertThat(worked(Level.HIGH, sum))
                .isEqualTo("478+85: 8+5=13 7+8+1=16 4+0+1=5 =563\ncheck: 563-85: 13-5-0=8 16-8-1=7 5-0-1=4 =478");
    }

    @Test
    void subtractionsBorrow() {
        assertThat(worked(Level.MEDIUM, working -> working.subtract(number("503"), number("478"))))
                .isEqualTo("503-478: 13-8-0=5 10-7-1=2 5-4-1=0 =25");
        assertThat(worked(Level.MEDIUM, working -> working.subtract(number("20.00"), number("7.5"))))
                .isEqualTo("20.00-7.5=20.00-7.50: 0-0-0=0 10-5-0=5 10-7-1=2 2-0-1=1 =12.50");
    }

    @Test
    void productsAreSummedUp() {
        assertThat(worked(Level.MEDIUM, working -> working.multiply(number("347"), 26)))
                .isEqualTo("347*6: 7*6=42 4*6+4=28 3*6+2=20 =2082\n347*20: 7*2=14 4*2+1=9 3*2=6 =6940\n"
                        + "2082+6940: 2+0=2 8+4=12 0+9+1=10 2+6+1=9 =9022");
        assertThat(worked(Level.HIGH, working -> working.multiply(number("145.50"), number("0.2"))))
                .isEqualTo("145.50*0.2:\n1455*2: 5*2=10 5*2+1=11 4*2+1=9 1*2=2 =2910\n145.50*0.2=29.10\n"
                        + "check: 1455:15:6 2 6*2=12:3 2910:12:3");
        assertThat(worked(Level.MEDIUM, working -> working.multiply(number("145.50"), 100)))
                .isEqualTo("145.50*100=14550.00");
    }

    @Test
    void onesAreNotMultipliedDigitByDigit() {
        assertThat(worked(Level.MEDIUM, working -> working.multiply(number("85"), 11)))
                .isEqualTo("85*1=85\n85*10=850\n85+850: 5+0=5 8+5=13 0+8+1=9 =935");
    }

    @Test
    void quotientsAreLongDivisions() {
        assertThat(worked(Level.MEDIUM, working -> working.divide(number("952"), 4)))
                .isEqualTo("952/4: 9/4=2 r9-8=1 15/4=3 r15-12=3 32/4=8 r32-32=0 =238");
        assertThat(worked(Level.LOW, working -> working.divideWithRest(17, 5))).isEqualTo("17/5: 0r1 3r2 =3 r2");
    }

    @Test
    void aSlipIsPutRightAtOnce() {
        Working working = new Working(Level.HIGH, Language.FRENCH, 1);
        assertThat(working.add(number("478"), number("85"))).isEqualByComparingTo("563");
        assertThat(working.text()).startsWith("478+85: 8+5=13 7+8+1=17 non: 7+8+1=16 4+0+1=5 =563\npreuve: ");
    }

    @Test
    void amountsAreRoundedHalfUp() {
        assertThat(worked(Level.LOW, working -> working.round(number("29.095"), 2)))
                .isEqualTo("29.095: 5>=5: 2909+1=2910 -> 29.10");
        assertThat(worked(Level.LOW, working -> working.round(number("29.1"), 2)))
                .isEmpty();
    }
}
