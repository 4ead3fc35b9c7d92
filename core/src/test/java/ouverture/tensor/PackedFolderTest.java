package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedFolderTest {
    @TempDir
    private Path path;

    private void file(String name, int bytes, int second) throws IOException {
        Path file = path.resolve(name);
        Files.write(file, new byte[bytes]);
        Files.setLastModifiedTime(file, FileTime.fromMillis(second * 1000L));
    }

    private Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }

    @Test
    void environmentNamesFolderAndLimit() {
        Path home = Path.of(System.getProperty("user.home"));
        assertThat(PackedFolder.of(Map.of()))
                .isEqualTo(new PackedFolder(home.resolve(".cache/ouverture/packed"), 64L << 30));
        assertThat(PackedFolder.of(Map.of("XDG_CACHE_HOME", "/c", "OUVERTURE_PACKED_GIB", "3")))
                .isEqualTo(new PackedFolder(Path.of("/c/ouverture/packed"), 3L << 30));
        assertThat(PackedFolder.of(Map.of("XDG_CACHE_HOME", "/c", "OUVERTURE_PACKED", "/p")))
                .isEqualTo(new PackedFolder(Path.of("/p"), 64L << 30));
        assertThatThrownBy(() -> PackedFolder.of(Map.of("OUVERTURE_PACKED_GIB", "much")))
                .hasMessage("OUVERTURE_PACKED_GIB is \"much\"; it must be a number of GiB, such as 64.");
    }

    @Test
    void whatWasUsedLongestAgoMakesRoom() throws IOException {
        file("b.packed", 40, 2);
        file("a.packed", 30, 3);
        file("c.packed", 20, 1);
        file(".x.part", 5, 4);
        file("other", 1000, 0);
        PackedFolder folder = new PackedFolder(path, 100);
        assertThat(folder.contents()).isEqualTo(new PackedFolder.Contents(4, 95));
        assertThat(folder.makeRoom(5, path.resolve("d.packed"))).isTrue();
        assertThat(names()).hasSize(5);
        assertThat(folder.makeRoom(35, path.resolve("a.packed"))).isTrue();
        assertThat(names()).hasSize(5);
        assertThat(folder.makeRoom(35, path.resolve("d.packed"))).isTrue();
        assertThat(names()).containsExactlyInAnyOrder("a.packed", ".x.part", "other");
        assertThat(folder.makeRoom(101, path.resolve("d.packed"))).isFalse();
        assertThat(folder.clear()).isEqualTo(new PackedFolder.Contents(2, 35));
        assertThat(names()).containsExactly("other");
    }

    @Test
    void missingFolderIsEmpty() throws IOException {
        PackedFolder folder = new PackedFolder(path.resolve("none"), 100);
        assertThat(folder.contents()).isEqualTo(new PackedFolder.Contents(0, 0));
        assertThat(folder.clear()).isEqualTo(new PackedFolder.Contents(0, 0));
        assertThat(folder.makeRoom(5, path.resolve("d.packed"))).isTrue();
    }
}
