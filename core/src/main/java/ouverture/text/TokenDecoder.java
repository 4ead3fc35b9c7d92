package ouverture.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import ouverture.error.RequestException;

/// Turns a stream of token ids into text as it comes: tokens may end within a code point, the text never does.
/// Not safe for use by several threads.
public final class TokenDecoder {
    /// Most bytes of a code point whose end is missing.
    private static final int MOST_PENDING = 3;

    private final Tokenizer tokenizer;
    private final boolean raw;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] pending = {};
    private boolean dropsSpace;

    TokenDecoder(Tokenizer tokenizer, boolean dropsFirstSpace, boolean raw) {
        this.tokenizer = tokenizer;
        this.dropsSpace = dropsFirstSpace;
        this.raw = raw;
    }

    /// The text that a further id completes, often its whole piece and sometimes nothing.
    ///
    /// @throws RequestException if the id is out of range
    public String push(int id) {
        byte[] bytes = raw ? tokenizer.rawBytes(id) : tokenizer.bytes(id);
        if (bytes.length == 0) {
            return "";
        }
        int skip = dropsSpace && bytes[0] == ' ' ? 1 : 0;
        dropsSpace = false;
        ByteBuffer input = ByteBuffer.allocate(pending.length + bytes.length)
                .put(pending)
                .put(bytes, skip, bytes.length - skip)
                .flip();
        return decode(input, false);
    }

    /// The rest: U+FFFD if the stream ended within a code point.
    public String flush() {
        return decode(ByteBuffer.wrap(pending), true);
    }

    private String decode(ByteBuffer input, boolean end) {
        CharBuffer text = CharBuffer.allocate(input.remaining() + MOST_PENDING);
        utf8.decode(input, text, end);
        if (end) {
            utf8.flush(text);
            utf8.reset();
        }
        pending = new byte[input.remaining()];
        input.get(pending);
        return text.flip().toString();
    }
}
