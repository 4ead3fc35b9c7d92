package ouverture.server.field;

import java.net.URLDecoder;
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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Turns the bytes of a request into JSON, strictly: UTF-8, one value, no field twice, not too deep.
public final class RequestReader {
    private static final int DEPTH = 200;
    private static final String LIST = "[]";

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

    /// Reads what follows the question mark of a request's address: `limit=5&include[]=a&include[]=b`. Numbers
    /// and true and false become what they are in JSON, and names that end with `[]` lists.
    ///
    /// @throws FieldException if it is not what the type takes
    public static <T> T query(String query, JsonType<T> type) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (String part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = decoded(equals < 0 ? part : part.substring(0, equals));
            JsonNode value = value(equals < 0 ? "" : decoded(part.substring(equals + 1)));
            if (name.endsWith(LIST)) {
                String list = name.substring(0, name.length() - LIST.length());
                ArrayNode values = fields.get(list) instanceof ArrayNode begun ? begun : fields.putArray(list);
                values.add(value);
            } else if (fields.has(name)) {
                throw new FieldException(name, FieldException.quoted(name) + " is there twice; give it once.");
            } else {
                fields.set(name, value);
            }
        }
        return type.read(fields, "");
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new FieldException(
                    "",
                    "The address has '" + part + "' after its question mark, which is not encoded as"
                            + " addresses are.");
        }
    }

    private static JsonNode value(String text) {
        return switch (text) {
            case "true", "false" -> JsonNodeFactory.instance.booleanNode(text.equals("true"));
            case String number
            when number.matches("-?[0-9]{1,9}") -> JsonNodeFactory.instance.numberNode(Integer.parseInt(number));
            default -> JsonNodeFactory.instance.stringNode(text);
        };
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
