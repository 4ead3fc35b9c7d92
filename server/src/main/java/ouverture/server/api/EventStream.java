package ouverture.server.api;

import java.nio.charset.StandardCharsets;
import ouverture.server.http.Exchange;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An answer that comes event by event.
public final class EventStream {
    /// Server-sent events (WHATWG HTML, section 9.2).
    public static final String SERVER_SENT_EVENTS = "text/event-stream";
    /// A JSON value on each line.
    public static final String JSON_LINES = "application/x-ndjson";

    private final Exchange.Body body;

    EventStream(Exchange.Body body) {
        this.body = body;
    }

    /// Sends a server-sent event that is only data.
    public void data(JsonNode data) {
        write("data: " + JsonMapper.shared().writeValueAsString(data) + "\n\n");
    }

    /// Sends a server-sent event with data that is no JSON.
    public void data(String data) {
        write("data: " + data + "\n\n");
    }

    /// Sends a server-sent event with a name.
    public void event(String name, JsonNode data) {
        write("event: " + name + "\ndata: " + JsonMapper.shared().writeValueAsString(data) + "\n\n");
    }

    /// Sends a line of JSON.
    public void line(JsonNode data) {
        write(JsonMapper.shared().writeValueAsString(data) + "\n");
    }

    private void write(String text) {
        body.write(text.getBytes(StandardCharsets.UTF_8));
    }

    void close() {
        body.close();
    }
}
