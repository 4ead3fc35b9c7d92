package ouverture.train.recipe;

import java.util.SplittableRandom;

/// Sums of two numbers below 100, added digit by digit as on paper: 47+85 is thought of as `7+5=12 4+8+1=13`.
final class Addition implements Task {
    private static final int LIMIT = 100;

    @Override
    public Exchange exchange(long number) {
        SplittableRandom random = new SplittableRandom(number);
        int a = random.nextInt(LIMIT);
        int b = random.nextInt(LIMIT);
        int ones = a % 10 + b % 10;
        int carry = ones / 10;
        int tens = a / 10 + b / 10 + carry;
        String thought =
                a % 10 + "+" + b % 10 + "=" + ones + " " + a / 10 + "+" + b / 10 + (carry > 0 ? "+1" : "") + "=" + tens;
        return new Exchange(a + "+" + b, thought, String.valueOf(a + b));
    }
}
