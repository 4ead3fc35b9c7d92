package ouverture.cli;

import java.io.IOException;
import ouverture.error.RequestException;
import ouverture.text.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `tokenize --jsonl`: a text on each line in, its ids on a line out. Other keys than the three known ones are
/// ignored.
///
/// @param addSpecial what holds where a line does not say
/// @param parseSpecial what holds where a line does not say
record TokenLines(Tokenizer tokenizer, boolean addSpecial, boolean parseSpecial) {
    /// Answers all lines.
    ///
    /// @return [ExitCode#USAGE] if a line made no sense
    int answer(Streams streams) throws IOException {
        return new JsonLines(streams.in(), streams.out(), "{\"text\": \"…\"}").answer(this::encode);
    }

    private void encode(JsonNode request, ObjectNode answer) {
        JsonNode text = request.path("text");
        if (!text.isString()) {
            throw new RequestException("It has no \"text\" that is a string.");
        }
        boolean special = Json.flag(request, "add_special", addSpecial);
        boolean parse = Json.flag(request, "parse_special", parseSpecial);
        ArrayNode ids = answer.putArray("ids");
        for (int id : tokenizer.encode(text.stringValue(), special, parse)) {
            ids.add(id);
        }
    }
}
