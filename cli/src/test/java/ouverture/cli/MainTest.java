package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The command line as a whole: help, exit codes, and one sentence for each mistake.
class MainTest {
    private static final Path GOLDEN = Path.of("src/test/resources/ouverture/cli/help");

    /// `-Douverture.golden=update` writes the files anew; then read the diff.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ouverture",
                "run",
                "chat",
                "serve",
                "api-key",
                "train",
                "tune",
                "inspect",
                "quantize",
                "export",
                "adapter",
                "adapter merge",
                "adapter convert",
                "tokenize",
                "template",
                "harmony",
                "harmony render",
                "harmony parse",
                "logits",
                "bench",
                "doctor"
            })
    void helpIsAsRecorded(String name) throws IOException {
        String command = name.replace(' ', '-');
        String line = name.equals("ouverture") ? "--help" : name + " --help";
        Invocation help = Invocation.of((Object[]) line.split(" "));

        assertThat(help.code()).isEqualTo(ExitCode.OK);
        assertThat(help.err()).isEmpty();
        if ("update".equals(System.getProperty("ouverture.golden"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(GOLDEN.resolve(command + ".txt"), help.out());
        }
        assertThat(help.out()).isEqualTo(golden(command));
    }

    @Test
    void versionNamesProgramAndJava() {
        Invocation version = Invocation.of("--version");

        assertThat(version.code()).isEqualTo(ExitCode.OK);
        assertThat(version.out()).startsWith("ouverture ").contains("Java " + Runtime.version());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run --temprature 1 m p      | Unknown option --temprature (did you mean --temperature?)
            rum m p                     | Unknown argument rum (did you mean run?)
            run m p q                   | Unknown argument q
            run                         | The prompt is empty
            run default                 | The prompt is empty
            run m p --top-p much        | Invalid value for option '--top-p'
            run m p --kv-cache f8       | Invalid value for option '--kv-cache'
            run m p --stop \\q          | has an unknown escape
            run m p --temperature -1    | The temperature is -1; it must be at least 0
            run m p --logit-bias 7=900  | The logit bias of token 7 is 900
            run m p --logprobs 2        | add --json
            run m p --json --logprobs 99 | The number of log-probabilities is 99
            run m p --no-echo           | --no-echo goes with --raw only
            run m p --raw --system s    | --system needs the chat template
            run m p --top-k -1          | The top-k is -1; it must be at least 0 and at most 2147483647.
            run m p --file .            | . is a folder
            run m p --threads -1        | The number of threads is -1
            run m p --speculate well    | Invalid value for option '--speculate'
            run m p --draft d --speculate ngram | --draft guesses in its own way; leave --speculate out.
            chat m --draft d --speculate off | --draft guesses in its own way; leave --speculate out.
            run m p --max-tokens -1     | The number of tokens is -1
            chat m --top-p 0            | The top-p is 0
            serve m --port 70000        | The port is 70000; it must be 0 to 65535.
            serve m --host 0.0.0.0      | Others can reach 0.0.0.0
            serve m --host no.such.host.invalid | knows no host no.such.host.invalid
            serve m --api-key-file none | There is no key file none
            serve m --answer-timeout 0  | The --answer-timeout is 0 seconds
            serve a/m.gguf b/m.gguf     | Two models are called m
            api-key none a:b            | A key needs a name
            api-key none ann --scope x  | Invalid value for option '--scope'
            """)
    void mistakesAreOneSentence(String arguments, String sentence) {
        Invocation mistake = Invocation.of((Object[]) arguments.split(" +"));

        assertThat(mistake.code()).isEqualTo(ExitCode.USAGE);
        assertThat(mistake.out()).isEmpty();
        assertThat(mistake.err()).startsWith("ouverture: ").contains(sentence).hasLineCount(1);
    }

    @Test
    void withoutACommandTheCommandsAreNamed() {
        Invocation nothing = Invocation.of();

        assertThat(nothing.code()).isEqualTo(ExitCode.USAGE);
        assertThat(nothing.err())
                .contains("run, chat")
                .contains("ouverture --help")
                .hasLineCount(1);
    }

    @Test
    void missingModelFileIsNamed(@TempDir Path folder) {
        Invocation missing = Invocation.of("run", folder.resolve("none.gguf"), "Hello");

        assertThat(missing.code()).isEqualTo(ExitCode.MODEL);
        assertThat(missing.err()).contains("none.gguf").hasLineCount(1);
    }

    @Test
    void fullDiskIsAFailure() {
        assertThat(versionInto(() -> new IOException("No space left on device")))
                .isEqualTo(ExitCode.MACHINE);
    }

    @Test
    void readerThatHasEnoughIsNone() {
        assertThat(versionInto(() -> new IOException("Broken pipe"))).isEqualTo(ExitCode.OK);
    }

    @Test
    void errorsOfTheJvmAreSentencesToo() {
        assertThat(versionInto(() -> {
                    throw new InternalError("a fault occurred");
                }))
                .isEqualTo(ExitCode.FAILED);
    }

    private static int versionInto(Supplier<IOException> failure) {
        Writer broken = new Writer() {
            @Override
            public void write(char[] characters, int offset, int length) throws IOException {
                throw failure.get();
            }

            @Override
            public void flush() throws IOException {
                throw failure.get();
            }

            @Override
            public void close() {}
        };
        PrintWriter err = new PrintWriter(new StringWriter());
        return Main.run(new Streams(InputStream.nullInputStream(), broken, err, false, false, false), "--version");
    }

    private static String golden(String command) throws IOException {
        Path file = GOLDEN.resolve(command + ".txt");
        assertThat(file).exists();
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
