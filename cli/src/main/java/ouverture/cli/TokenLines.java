package ouverture.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import ouverture.error.RequestException;
import ouverture.text.Tokenizer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `tokenize --jsonl`: a line of JSON in, a line of JSON out, each written before the next one is read, so that a
/// program
/// can keep one process and talk to it. Other keys than the three known ones are ignored, and so are empty lines.
///
/// @param addSpecial what holds where a line does not say
/// @param parseSpecial what holds where a line does not say
record TokenLines(Tokenizer tokenizer, boolean addSpecial, boolean parseSpecial) {
    private static final int BUFFER = 1 << 16;

    /// Answers all lines. One that makes no sense is answered by `{"error": …}` with its number, and the rest
    /// goes on.
    ///
    /// @return [ExitCode#USAGE] if a line made no sense
    int answer(InputStream in, Writer out) throws IOException {
        InputStream lines = new BufferedInputStream(in, BUFFER);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int code = ExitCode.OK;
        for (long number = 1; read(lines, line); number++) {
            if (line.size() == 0) {
                continue;
            }
            ObjectNode answer = Json.object();
            try {
                encode(PromptSource.decode(line.toByteArray(), "It"), answer.putArray("ids"));
            } catch (JacksonException e) {
                code = error(answer, number, "It is not JSON: " + e.getOriginalMessage());
            } catch (RequestException e) {
                code = error(answer, number, Failures.sentence(e));
            }
            out.write(Json.line(answer));
            out.write('\n');
            out.flush();
        }
        return code;
    }

    private void encode(String line, ArrayNode ids) {
        JsonNode request = Json.MAPPER.readTree(line);
        if (!request.isObject()) {
            throw new RequestException("It is no JSON object; write {\"text\": \"…\"}.");
        }
        JsonNode text = request.path("text");
        if (!text.isString()) {
            throw new RequestException("It has no \"text\" that is a string.");
        }
        boolean special = flag(request, "add_special", addSpecial);
        boolean parse = flag(request, "parse_special", parseSpecial);
        for (int id : tokenizer.encode(text.stringValue(), special, parse)) {
            ids.add(id);
        }
    }

    private static boolean flag(JsonNode request, String key, boolean otherwise) {
        JsonNode flag = request.path(key);
        if (flag.isMissingNode()) {
            return otherwise;
        }
        if (!flag.isBoolean()) {
            throw new RequestException("Its \"" + key + "\" is neither true nor false.");
        }
        return flag.booleanValue();
    }

    private static int error(ObjectNode answer, long line, String sentence) {
        answer.removeAll();
        answer.put("error", "Line " + line + ": " + sentence);
        return ExitCode.USAGE;
    }

    /// Reads up to a line feed; carriage returns, which JSON has between values only, are left out.
    ///
    /// @return false at the end of the input
    private static boolean read(InputStream lines, ByteArrayOutputStream line) throws IOException {
        line.reset();
        int next = lines.read();
        if (next < 0) {
            return false;
        }
        for (; next >= 0 && next != '\n'; next = lines.read()) {
            if (next != '\r') {
                line.write(next);
            }
        }
        return true;
    }
}
