package ouverture.text;

import java.util.Random;

/// Strings that are hard on tokenizers: scripts, marks, spaces, line ends, contractions and emoji in any order.
final class RandomText {
    private static final String[] PARTS = {
        " ",
        " ",
        "  ",
        "   ",
        "\t",
        "\n",
        "\r\n",
        "\n\n",
        "\u00a0",
        "\u3000",
        "\u2028",
        "\u0085",
        "a",
        "b",
        "the",
        "The",
        "THE",
        "camelCase",
        "XMLHttp",
        "é",
        "É",
        "ß",
        "ẞ",
        "ſ",
        "ǅ",
        "ʰ",
        "ª",
        "I'm",
        "'s",
        "'S",
        "'ll",
        "'RE",
        "'ſ",
        "'",
        "''",
        "7",
        "42",
        "1234567",
        "½",
        "Ⅳ",
        "٣٤",
        "१२",
        "。",
        "，",
        "!",
        "?!",
        "...",
        "//",
        "/",
        "/\n",
        "{",
        "}",
        "_",
        "$",
        "+",
        "<|end|>",
        "</s>",
        "<0x41>",
        "▁",
        "中",
        "文字",
        "々",
        "〇",
        "ひらがな",
        "カタ",
        "한국",
        "นี่",
        "क्षि",
        "देश",
        "e\u0301",
        "\u0301",
        "\u200d",
        "\ufe0f",
        "🙂",
        "👨\u200d👩\u200d👧",
        "𝔘𝔫",
        "𝟙",
        "\u0000",
        "\u0001",
        "\u0378",
        "\ufffd",
        "Привет",
        "ΕΛΛ",
        "שלום",
        "مرحبا",
    };

    private RandomText() {}

    /// A string of up to `parts` parts, without lone surrogates.
    static String of(Random random, int parts) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(parts + 1); i > 0; i--) {
            if (random.nextInt(8) == 0) {
                int c = random.nextInt(Character.MAX_CODE_POINT + 1);
                text.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 'x' : c);
            } else {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
        }
        return text.toString();
    }
}
