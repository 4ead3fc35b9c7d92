package ouverture.server.field;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Turns the bytes of a request into JSON, strictly: UTF-8, one value, no field twice, not too deep.
public final class RequestReader {
    private static final int DEPTH = 200;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNumberLength(100)
                            .build())
                    .build())
            .build();

    private RequestReader() {}

    /// Reads a request's body.
    ///
    /// @throws FieldException if it is not what the type takes
    public static <T> T read(byte[] body, JsonType<T> type) {
        return type.read(json(body), "");
    }

    private static JsonNode json(byte[] body) {
        String text;
        ByteBuffer bytes = ByteBuffer.wrap(body);
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new FieldException("", "The request's body is not UTF-8: byte " + bytes.position() + " is wrong.");
        }
        if (text.isBlank()) {
            throw new FieldException("", "The request's body is empty; it must be a JSON object.");
        }
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new FieldException("", "The request's body is not sound JSON: " + reason(e));
        }
    }

    private static String reason(JacksonException failure) {
        String[] lines = failure.getOriginalMessage().split("\\R", 2);
        String reason = lines[0].length() > 200 ? lines[0].substring(0, 200) + " …" : lines[0];
        @Nullable TokenStreamLocation location = failure.getLocation();
        return location == null
                ? reason + "."
                : reason + " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ").";
    }
}
