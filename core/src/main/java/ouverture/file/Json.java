package ouverture.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import ouverture.error.ModelFileException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON from untrusted files: one object, no key twice, little nesting, bounded length.
final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(400)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS) // because read looks at what follows
            .build();

    private Json() {}

    /// What reads an object of JSON token by token: from its opening brace, just read, to its closing one.
    interface Reader<T> {
        T read(JsonParser parser);
    }

    /// A small file's object as a tree.
    ///
    /// @throws ModelFileException if it is unreadable, too long, not JSON or not an object
    static JsonNode tree(Path file, int mostBytes) {
        return read(file, mostBytes, MAPPER::readTree);
    }

    /// Reads a file's object through a function.
    ///
    /// @throws ModelFileException if it is unreadable, too long, not JSON or not an object
    static <T> T read(Path file, int mostBytes, Reader<T> reader) {
        String name = ModelFiles.fileName(file);
        try {
            if (!Files.isRegularFile(file)) {
                throw new ModelFileException("There is no file " + file + ".");
            }
            long bytes = Files.size(file);
            if (bytes > mostBytes) {
                throw new ModelFileException(
                        name + " is " + bytes + " bytes long; at most " + mostBytes + " are accepted.");
            }
            return read(name, Files.readAllBytes(file), reader);
        } catch (IOException e) {
            throw new ModelFileException(file + " cannot be read (" + e.getMessage() + "): check its permissions.", e);
        }
    }

    /// Reads the object in `json` through a function.
    ///
    /// @param name of the file, for messages
    /// @throws ModelFileException if it is not JSON or not an object
    static <T> T read(String name, byte[] json, Reader<T> reader) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, name, "it should be an object");
            T result = reader.read(parser);
            expect(parser.nextToken() == null, name, "something follows its end");
            return result;
        } catch (JacksonException e) {
            throw new ModelFileException(
                    name + " is damaged: it is not sound JSON (" + Sentences.clean(e.getOriginalMessage()) + ").", e);
        }
    }

    /// @throws ModelFileException with the complaint, unless `sound`
    static void expect(boolean sound, String name, String complaint) {
        if (!sound) {
            throw new ModelFileException(name + " is damaged: " + complaint + ".");
        }
    }
}
