package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.RequestException;

class PromptSourceTest {
    @Test
    void argumentComesAloneAndInputStaysUnread() throws IOException {
        Streams streams = streams("input".getBytes(UTF_8), false);

        assertThat(PromptSource.read("argument\n", null, streams)).isEqualTo("argument\n");
        assertThat(streams.in().available()).isEqualTo(5);
    }

    @Test
    void inputLosesOneLineEndOnly() throws IOException {
        assertThat(read(null, null, "héé\n")).isEqualTo("héé");
        assertThat(read(null, null, "a\n\n")).isEqualTo("a\n");
        assertThat(read(null, null, "a\r\n")).isEqualTo("a");
        assertThat(read(null, null, " a")).isEqualTo(" a");
    }

    @Test
    void fileFollowsTheArgument(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("prompt.txt"), "file\n");

        assertThat(read(null, file, "input")).isEqualTo("file");
        assertThat(read("argument", file, "input")).isEqualTo("argument\n\nfile");
        assertThat(read("argument", Path.of("-"), "input\n")).isEqualTo("argument\n\ninput");
    }

    @Test
    void missingFileIsNamed(@TempDir Path folder) {
        assertThatThrownBy(() -> read(null, folder.resolve("none"), "")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void emptyPromptIsRefused() {
        assertThatThrownBy(() -> read("", null, "input"))
                .isInstanceOf(RequestException.class)
                .hasMessage("The prompt is empty; give at least one character.");
        assertThatThrownBy(() -> read(null, null, "\n")).hasMessageContaining("is empty");
    }

    @Test
    void nobodyIsWaitedFor() {
        assertThatThrownBy(() -> PromptSource.read(null, null, streams(new byte[0], true)))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("There is no prompt");
    }

    @Test
    void otherEncodingsAreRefused() {
        Streams latin = streams(new byte[] {'c', 'a', 'f', (byte) 0xE9, '\n'}, false);

        assertThatThrownBy(() -> PromptSource.read(null, null, latin))
                .isInstanceOf(RequestException.class)
                .hasMessageStartingWith("Standard input is not UTF-8 from byte 4 on");
    }

    @Test
    void cutCharacterIsRefused() {
        Streams cut = streams(new byte[] {'a', (byte) 0xE2, (byte) 0x82}, false);

        assertThatThrownBy(() -> PromptSource.read(null, null, cut)).hasMessageContaining("not UTF-8 from byte 2 on");
    }

    @Test
    void argumentThatTheLocaleBrokeIsRefused() {
        assertThatThrownBy(() -> read("caf\uFFFD", null, "")).hasMessageContaining("LC_ALL=C.UTF-8");
    }

    private static String read(@Nullable String argument, @Nullable Path file, String input) throws IOException {
        return PromptSource.read(argument, file, streams(input.getBytes(UTF_8), false));
    }

    private static Streams streams(byte[] input, boolean terminal) {
        return new Streams(
                new ByteArrayInputStream(input),
                Writer.nullWriter(),
                new PrintWriter(Writer.nullWriter()),
                terminal,
                terminal,
                terminal);
    }
}
