package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/// One command line run to its end inside the test, away from any terminal.
///
/// @param code exit code
/// @param out what it wrote to standard output
/// @param err what it wrote to standard error
record Invocation(int code, String out, String err) {
    /// Runs with nothing on standard input.
    static Invocation of(Object... arguments) {
        return withInput("", arguments);
    }

    /// Runs with a text on standard input.
    static Invocation withInput(String input, Object... arguments) {
        return withInput(input.getBytes(UTF_8), arguments);
    }

    /// Runs with bytes on standard input; arguments may be anything whose string is meant.
    static Invocation withInput(byte[] input, Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Streams streams =
                new Streams(new ByteArrayInputStream(input), out, new PrintWriter(err, true), false, false, false);
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        int code = Main.run(streams, texts);
        return new Invocation(code, out.toString(), err.toString());
    }
}
