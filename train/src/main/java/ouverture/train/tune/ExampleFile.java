package ouverture.train.tune;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;
import ouverture.error.TrainingException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A file of examples: a JSON object in each line, or plain text. Every line is checked before anything is
/// learned.
///
/// @param name of the file, for messages
/// @param method what is learned from its examples
/// @param examples at least one
record ExampleFile(String name, Method method, List<TuningExample> examples) {
    private static final long LONGEST = 1L << 30;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /// Reads a file: plain text if its name ends in `.txt`, otherwise JSON lines.
    ///
    /// @throws TrainingException naming the line and what is wrong there
    static ExampleFile read(Path path, ExampleReader reader) {
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(".txt")) {
            byte[] bytes = bytes(path);
            List<TuningExample> examples = reader.text(decode(name, bytes, 0, bytes.length, 0));
            return new ExampleFile(name, Method.SFT, checked(name, examples));
        }
        List<TuningExample> examples = new ArrayList<>();
        List<Method> methods = new ArrayList<>();
        each(path, (node, number) -> {
            Method own = ExampleReader.method(node);
            if (!methods.isEmpty() && own != methods.getFirst()) {
                throw new RequestException("this is an example for " + own + " and those before are for "
                        + methods.getFirst() + ": put them into files of their own.");
            }
            methods.add(own);
            examples.addAll(reader.examples(node, number));
        });
        return new ExampleFile(name, methods.isEmpty() ? Method.SFT : methods.getFirst(), checked(name, examples));
    }

    /// Works on a line of JSON.
    @FunctionalInterface
    interface Line {
        /// @param number from 1 on
        /// @throws OuvertureException if the line is not as it should be; the file's name and the number are
        ///     added
        void read(JsonNode node, int number);
    }

    /// Reads a file of JSON lines; empty ones are left out.
    ///
    /// @throws TrainingException naming the line and what is wrong there
    static void each(Path path, Line reader) {
        String name = String.valueOf(path.getFileName());
        byte[] bytes = bytes(path);
        int number = 0;
        for (int from = 0; from < bytes.length; ) {
            int to = from;
            while (to < bytes.length && bytes[to] != '\n') {
                to++;
            }
            number++;
            String line = decode(name, bytes, from, to, number).strip();
            from = to + 1;
            if (line.isEmpty()) {
                continue;
            }
            JsonNode node = parse(name, number, line);
            try {
                reader.read(node, number);
            } catch (OuvertureException e) {
                throw new TrainingException(name + " line " + number + ": " + e.getMessage(), e);
            }
        }
    }

    private static List<TuningExample> checked(String name, List<TuningExample> examples) {
        if (examples.isEmpty()) {
            throw new TrainingException(name + " holds no example: give it one JSON object in each line.");
        }
        return List.copyOf(examples);
    }

    private static byte[] bytes(Path path) {
        try {
            if (!Files.isRegularFile(path)) {
                throw new TrainingException("There is no file " + path + " with examples.");
            }
            if (Files.size(path) > LONGEST) {
                throw new TrainingException(
                        path + " has " + Files.size(path) + " bytes; at most " + LONGEST + " are accepted: split it.");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new TrainingException(path + " cannot be read (" + e.getMessage() + "): check its permissions.", e);
        }
    }

    private static String decode(String name, byte[] bytes, int from, int to, int line) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
            return from == 0 && text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new TrainingException(
                    name + (line == 0 ? "" : " line " + line) + " is not UTF-8: save it in that encoding.", e);
        }
    }

    private static JsonNode parse(String name, int number, String line) {
        try {
            JsonNode node = JSON.readTree(line);
            if (node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            throw new TrainingException(
                    name + " line " + number + " is not sound JSON (" + e.getOriginalMessage() + ").", e);
        }
        throw new TrainingException(name + " line " + number + " should be an object of JSON.");
    }
}
