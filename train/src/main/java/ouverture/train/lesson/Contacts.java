package ouverture.train.lesson;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;

/// Addresses of people who do not exist.
final class Contacts {
    /// Names that are kept for examples (RFC 2606).
    private static final List<String> DOMAINS =
            List.of("example.com", "example.org", "example.net", "mail.example", "bureau.example", "office.example");

    private Contacts() {}

    static String email(Draw draw, String first, String last) {
        if (draw.isTaught() && draw.chance(0.5)) {
            String person = draw.pick("", "info", "contact", "hello") + Words.madeUp(draw, 1, 2);
            String domain = Words.madeUp(draw, 1, 3) + draw.pick(".fr", ".com", ".org", ".net", ".eu", ".example");
            return plain(person + draw.pick("", ".", "_", "-") + draw.number(0, 99) + "@" + domain);
        }
        String name = draw.chance(0.5) ? first + "." + last : first.charAt(0) + last;
        return plain(name).replace(" ", "") + "@" + draw.pick(DOMAINS);
    }

    private static String plain(String address) {
        return Normalizer.normalize(address, Normalizer.Form.NFD)
                .replaceAll("[^A-Za-z0-9.@_-]", "")
                .toLowerCase(Locale.ROOT);
    }

    /// A number as France writes it, or an international one.
    static String phone(Draw draw) {
        if (draw.isTaught() && draw.chance(0.3)) {
            String begin = draw.pick("+44 ", "+1 ", "+32 ", "(0)", "0", "+49 ");
            String mark = draw.pick("-", ".", " ", "");
            return begin + draw.number(100, 999) + mark + draw.number(100, 999) + mark + draw.number(1000, 9999);
        }
        StringBuilder phone = new StringBuilder(draw.chance(0.7) ? "0" : "+33 ").append(draw.number(1, 7));
        for (int i = 0; i < 4; i++) {
            phone.append(' ').append(draw.number(0, 9)).append(draw.number(0, 9));
        }
        return phone.toString();
    }

    /// A bank account in the form of an IBAN, in groups of four; its check digits are drawn like the others.
    static String account(Draw draw) {
        StringBuilder account = new StringBuilder(draw.pick("FR", "BE", "DE"));
        for (int i = 0; i < 14; i++) {
            account.append(i % 4 == 2 ? " " : "").append(draw.number(0, 9));
        }
        return account.toString();
    }
}
