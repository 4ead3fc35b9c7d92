package ouverture.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.ModelFileException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// The contents of a Hugging Face `tokenizer.json` and of the files beside it.
///
/// @param name the file, for messages
/// @param vocabulary ids by piece, without added tokens
/// @param merges two pieces each, with [#SEPARATOR] between them
/// @param model the other settings of the encoding
/// @param parts the other top-level entries: normalizer, pre_tokenizer, post_processor, decoder, added_tokens
/// @param config `tokenizer_config.json`, missing where there is none
/// @param generation `generation_config.json`, missing where there is none
record TokenizerFile(
        String name,
        Map<String, Integer> vocabulary,
        List<String> merges,
        Map<String, JsonNode> model,
        Map<String, JsonNode> parts,
        JsonNode config,
        JsonNode generation) {
    /// Between the pieces of a merge: no character, so that pieces may have spaces in them.
    static final char SEPARATOR = '\uFFFF';

    /// Bytes of one file; published ones have up to 35 million.
    private static final long LONGEST = 256L << 20;

    /// @throws ModelFileException if the file is missing, unreadable, too long or no tokenizer
    static TokenizerFile read(Path path) {
        JsonMapper mapper = JsonMapper.shared();
        TokenizerFile file = new TokenizerFile(
                path.toString(),
                new LinkedHashMap<>(),
                new ArrayList<>(),
                new HashMap<>(),
                new HashMap<>(),
                beside(mapper, path, "tokenizer_config.json"),
                beside(mapper, path, "generation_config.json"));
        try (InputStream in = open(path);
                JsonParser parser = mapper.createParser(in)) {
            file.expect(parser.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                if (key.equals("model") && parser.currentToken() == JsonToken.START_OBJECT) {
                    file.readModel(parser);
                } else {
                    file.parts.put(key, parser.readValueAsTree());
                }
            }
        } catch (IOException | JacksonException e) {
            throw unreadable(path, e);
        }
        return file;
    }

    /// A top-level entry, or a missing node.
    JsonNode part(String key) {
        return parts.getOrDefault(key, MissingNode.getInstance());
    }

    /// A setting of the encoding, or a missing node.
    JsonNode setting(String key) {
        return model.getOrDefault(key, MissingNode.getInstance());
    }

    private void readModel(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String piece = parser.currentName();
                    expect(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "an id in its vocabulary is no number");
                    vocabulary.put(piece, parser.getIntValue());
                }
            } else if (key.equals("merges") && value == JsonToken.START_ARRAY) {
                readMerges(parser);
            } else if (key.equals("vocab")) {
                parser.skipChildren();
            } else {
                model.put(key, parser.readValueAsTree());
            }
        }
    }

    /// Merges are strings with a space between two pieces, or lists of two pieces.
    private void readMerges(JsonParser parser) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                String merge = parser.getString();
                int space = merge.indexOf(' ', 1);
                expect(space > 0, "a merge does not have two pieces");
                merges.add(merge.substring(0, space) + SEPARATOR + merge.substring(space + 1));
            } else {
                expect(parser.currentToken() == JsonToken.START_ARRAY, "a merge is neither a string nor a list");
                String left = parser.nextStringValue();
                String right = parser.nextStringValue();
                boolean two = left != null && right != null && parser.nextToken() == JsonToken.END_ARRAY;
                expect(two, "a merge does not have two pieces");
                merges.add(left + SEPARATOR + right);
            }
        }
    }

    /// @throws ModelFileException if the condition does not hold
    void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new ModelFileException(name + " is not a sound tokenizer.json: " + otherwise + ".");
        }
    }

    private static JsonNode beside(JsonMapper mapper, Path path, String name) {
        Path file = path.resolveSibling(name);
        if (!Files.exists(file)) {
            return MissingNode.getInstance();
        }
        try (InputStream in = open(file)) {
            return mapper.readTree(in);
        } catch (IOException | JacksonException e) {
            throw unreadable(file, e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > LONGEST) {
            throw new ModelFileException(file + " is " + bytes + " bytes long; at most " + LONGEST + " are accepted.");
        }
        return Files.newInputStream(file);
    }

    private static ModelFileException unreadable(Path file, Exception cause) {
        String what = cause instanceof JacksonException e ? e.getOriginalMessage() : String.valueOf(cause.getMessage());
        return new ModelFileException(
                file + " cannot be read as JSON (" + what.lines().findFirst().orElse("") + "); use another copy.",
                cause);
    }
}
