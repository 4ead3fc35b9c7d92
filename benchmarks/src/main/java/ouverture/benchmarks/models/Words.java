package ouverture.benchmarks.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A vocabulary that says texts without meaning: all bytes as GPT-2's byte-level tokenizers write them, made-up
/// words with a space before, and a token that ends texts.
final class Words {
    private static final int BYTES = 256;
    private static final int LETTERS = 26;
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;

    private Words() {}

    static List<String> list(int size) {
        List<String> words = new ArrayList<>(size);
        int unprintable = 0;
        for (int value = 0; value < BYTES; value++) {
            boolean printable = value >= '!' && value <= '~' || value >= 0xA1 && value != 0xAD;
            words.add(Character.toString(printable ? value : BYTES + unprintable++));
        }
        String space = words.get(' ');
        for (int number = 0; words.size() < size - 1; number++) {
            StringBuilder word = new StringBuilder();
            for (int rest = number + 1; rest > 0; rest = (rest - 1) / LETTERS) {
                word.append((char) ('a' + (rest - 1) % LETTERS));
            }
            words.add(space + word);
        }
        words.add("<|end_of_text|>");
        return words;
    }

    /// The kinds of the tokens, by GGUF's numbers.
    static int[] types(int size) {
        int[] types = new int[size];
        Arrays.fill(types, NORMAL);
        types[size - 1] = CONTROL;
        return types;
    }
}
