package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;

/// Where a prompt comes from: the command line, a file, standard input.
final class PromptSource {
    private PromptSource() {}

    /// The prompt: the argument, then the file, with an empty line between them; or standard input where neither
    /// is given and no person sits at it. Standard input is not touched otherwise, so that a shell's loop, or a
    /// service that leaves it open, can call us.
    ///
    /// @param argument as the command line has it
    /// @param file to be read after the argument; `-` is standard input
    /// @throws RequestException if there is no prompt, or it is empty or not UTF-8
    static String read(@Nullable String argument, @Nullable Path file, Streams streams) throws IOException {
        if (file == null) {
            if (argument != null) {
                return notEmpty(whole(argument));
            }
            if (streams.inputIsTerminal()) {
                throw new RequestException(
                        "There is no prompt; give it as an argument, with --file, or on standard input.");
            }
            return notEmpty(standardInput(streams.in()));
        }
        String text = file.toString().equals("-") ? standardInput(streams.in()) : file(file);
        return notEmpty(argument == null ? text : whole(argument) + "\n\n" + text);
    }

    /// The text of a file, without the line end that closes its last line.
    ///
    /// @throws RequestException if it is a folder, or not UTF-8
    static String file(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new RequestException(file + " is a folder; name a file in it.");
        }
        return text(Files.readAllBytes(file), "The file " + file);
    }

    /// The text of standard input, without the line end that closes its last line.
    ///
    /// @throws RequestException if it is not UTF-8
    static String standardInput(InputStream in) throws IOException {
        return text(in.readAllBytes(), "Standard input");
    }

    /// Bytes as text, without the line end that closes its last line.
    ///
    /// @param source begins the sentence if they are not UTF-8
    private static String text(byte[] bytes, String source) {
        String text = decode(bytes, source);
        if (text.endsWith("\r\n")) {
            return text.substring(0, text.length() - 2);
        }
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /// Bytes as text.
    ///
    /// @throws RequestException if they are not UTF-8
    static String decode(byte[] bytes, String source) {
        CharsetDecoder decoder = UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer input = ByteBuffer.wrap(bytes);
        CharBuffer output = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(input, output, true);
        if (result.isError()) {
            throw new RequestException(source + " is not UTF-8 from byte " + (input.position() + 1)
                    + " on; convert it, for example with iconv.");
        }
        return output.flip().toString();
    }

    /// An argument that survived the way through the locale's character set.
    ///
    /// @throws RequestException if it did not
    static String whole(String argument) {
        if (argument.indexOf('\uFFFD') >= 0) {
            throw new RequestException("The prompt has characters that the locale's character set, "
                    + System.getProperty("sun.jnu.encoding")
                    + ", cannot carry; set LC_ALL=C.UTF-8 or give the prompt on standard input.");
        }
        return argument;
    }

    private static String notEmpty(String prompt) {
        if (prompt.isEmpty()) {
            throw new RequestException("The prompt is empty; give at least one character.");
        }
        return prompt;
    }
}
