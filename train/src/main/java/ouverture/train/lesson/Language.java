package ouverture.train.lesson;

import java.math.BigDecimal;

/// The languages of the lessons, and how they write numbers.
public enum Language {
    FRENCH("fr", ',', "preuve", "non", "absent"),
    ENGLISH("en", '.', "check", "no", "missing");

    private final String code;
    private final char decimalMark;
    private final String proof;
    private final String no;
    private final String missing;

    Language(String code, char decimalMark, String proof, String no, String missing) {
        this.code = code;
        this.decimalMark = decimalMark;
        this.proof = proof;
        this.no = no;
        this.missing = missing;
    }

    /// As in ISO 639.
    public String code() {
        return code;
    }

    /// What begins the proof of a calculation.
    String proof() {
        return proof;
    }

    /// What takes a wrong step back.
    String no() {
        return no;
    }

    /// What is thought of something that a text does not say.
    String missing() {
        return missing;
    }

    /// A number as the language writes it, without marks between thousands.
    String number(BigDecimal value) {
        return value.toPlainString().replace('.', decimalMark);
    }

    /// A number with a mark at each thousand: `1 234,50` or `1,234.50`.
    String longNumber(BigDecimal value) {
        String plain = number(value);
        int end = plain.indexOf(decimalMark) < 0 ? plain.length() : plain.indexOf(decimalMark);
        StringBuilder text = new StringBuilder(plain);
        for (int at = end - 3; at > 0; at -= 3) {
            text.insert(at, this == FRENCH ? ' ' : ',');
        }
        return text.toString();
    }

    /// An amount in euros and cents.
    String money(BigDecimal amount) {
        String number = number(amount.setScale(2));
        return this == FRENCH ? number + " €" : "€" + number;
    }
}
