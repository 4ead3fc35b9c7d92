package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/// Streams without a process: input from bytes, output into strings.
final class TestStreams {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Streams streams;

    private TestStreams(byte[] input, boolean terminal) {
        streams = new Streams(
                new ByteArrayInputStream(input), out, new PrintWriter(err, true), terminal, terminal, terminal);
    }

    /// As in a pipe with this text.
    static TestStreams piped(String input) {
        return piped(input.getBytes(UTF_8));
    }

    /// As in a pipe with these bytes.
    static TestStreams piped(byte[] input) {
        return new TestStreams(input, false);
    }

    /// As at a terminal where nobody types.
    static TestStreams terminal() {
        return new TestStreams(new byte[0], true);
    }

    Streams streams() {
        return streams;
    }

    /// Runs a command line and returns its exit code.
    int run(String... arguments) {
        return Main.run(streams, arguments);
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }
}
