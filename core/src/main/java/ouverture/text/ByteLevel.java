package ouverture.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// GPT-2's alphabet: every byte as one visible char, so that any text can be written in pieces of letters.
/// Visible Latin-1 chars stand for themselves; the other 68 bytes follow from U+0100 on in their order (a space
/// is `Ġ`).
final class ByteLevel {
    private static final char[] CHARS = new char[256];
    private static final short[] BYTES = new short[0x180];

    static {
        java.util.Arrays.fill(BYTES, (short) -1);
        char next = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean visible = value > 0x20 && value < 0x7F || value > 0xA0 && value != 0xAD;
            CHARS[value] = visible ? (char) value : next++;
            BYTES[CHARS[value]] = (short) value;
        }
    }

    private ByteLevel() {}

    /// The char for a byte (0 to 255).
    static char charOf(int value) {
        return CHARS[value];
    }

    static String encode(byte[] bytes) {
        char[] chars = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            chars[i] = CHARS[bytes[i] & 0xFF];
        }
        return new String(chars);
    }

    /// The bytes of a piece; chars outside of the alphabet stand for their own UTF-8.
    static byte[] decode(String piece) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(piece.length());
        for (int at = 0; at < piece.length(); ) {
            int c = piece.codePointAt(at);
            int value = c < BYTES.length ? BYTES[c] : -1;
            if (value >= 0) {
                bytes.write(value);
            } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
            at += Character.charCount(c);
        }
        return bytes.toByteArray();
    }
}
