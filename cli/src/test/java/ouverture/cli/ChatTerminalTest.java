package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTerminalTest {
    @Test
    void historyIsForItsOwner(@TempDir Path folder) throws IOException {
        Path file = ChatTerminal.historyFile(Map.of("XDG_STATE_HOME", folder.toString()))
                .orElseThrow();

        assertThat(file).isEqualTo(folder.resolve("ouverture").resolve("history"));
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void historyIsLeftOutWhereItCannotBe(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(ChatTerminal.historyFile(Map.of("XDG_STATE_HOME", file.toString())))
                .isEmpty();
    }
}
