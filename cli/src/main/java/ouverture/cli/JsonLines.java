package ouverture.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import ouverture.error.RequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A line of JSON in, a line of JSON out, each written before the next one is read, so that a program can keep
/// one process and talk to it. Empty lines are skipped.
///
/// @param shape of a request, for messages
record JsonLines(InputStream in, Writer out, String shape) {
    private static final int BUFFER = 1 << 16;

    /// What answers a request.
    interface Handler {
        /// @param request an object
        /// @param answer to be filled
        /// @throws RequestException if the request makes no sense
        void answer(JsonNode request, ObjectNode answer);
    }

    /// Answers all lines. One that makes no sense is answered by `{"error": …}` with its number, and the rest
    /// goes on.
    ///
    /// @return [ExitCode#USAGE] if a line made no sense
    int answer(Handler handler) throws IOException {
        InputStream lines = new BufferedInputStream(in, BUFFER);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int code = ExitCode.OK;
        for (long number = 1; read(lines, line); number++) {
            if (line.size() == 0) {
                continue;
            }
            ObjectNode answer = Json.object();
            try {
                JsonNode request = Json.MAPPER.readTree(PromptSource.decode(line.toByteArray(), "It"));
                if (!request.isObject()) {
                    throw new RequestException("It is no JSON object; write " + shape + ".");
                }
                handler.answer(request, answer);
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
