package ouverture.server.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;

class HistoryTest {
    private static final String ASKED = "[{\"role\":\"user\",\"content\":\"Hi\"}]";

    @TempDir
    private Path folder;

    private final AtomicLong now = new AtomicLong(1000);
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.getAndIncrement());
    private History history;

    @BeforeEach
    void open() {
        history = history(1 << 20, 64 << 20);
    }

    @AfterEach
    void close() {
        history.close();
    }

    private History history(long bytesOfOwner, long bytes) {
        return new History(new Database(folder.resolve("data"), bytes, 100), bytesOfOwner, clock);
    }

    private Path file() {
        return folder.resolve("data").resolve("history.db");
    }

    private static Judgement judgement(String id, String conversation, String answer, boolean good) {
        return new Judgement(id, conversation, ASKED, "{\"content\":\"" + answer + "\"}", "m", good);
    }

    @Test
    void everybodyHasTheirOwn() {
        history.put("ann", "1", "Ann's", "[1]", "");
        history.put("bob", "1", "Bob's", "[2]", "");
        history.judge("ann", judgement("j", "1", "a", true));
        assertThat(history.find("ann", "1").orElseThrow().messages()).isEqualTo("[1]");
        assertThat(history.find("bob", "1").orElseThrow().head().title()).isEqualTo("Bob's");
        assertThat(history.list("", "", 10)).isEmpty();
        assertThat(history.remove("bob", "2")).isFalse();
        assertThat(history.withdraw("bob", "j")).isFalse();
        assertThat(history.labels("bob")).isEmpty();
        assertThat(history.removeAll("bob")).isEqualTo(1);
        assertThat(history.list("ann", "", 10)).hasSize(1);
        assertThat(history.labels("ann")).hasSize(1);
    }

    @Test
    void conversationsAreListedByChangeAndFoundByTheirWords() {
        history.put("", "1", "Été", "[]", "À la plage\nSTRASSE 100 %");
        history.put("", "2", "Winter", "[]", "snow");
        assertThat(history.list("", "", 10)).extracting(Conversation.Head::id).containsExactly("2", "1");
        history.put("", "1", "Été", "[]", "À la plage\nSTRASSE 100 %");
        assertThat(history.list("", "", 1)).extracting(Conversation.Head::id).containsExactly("1");
        for (String search : new String[] {"ete", "a LA", "straße".replace("ß", "ss"), "100 %"}) {
            assertThat(history.list("", search, 10)).as(search).hasSize(1);
        }
        assertThat(history.list("", "%' or 1", 10)).isEmpty();
    }

    @Test
    void whatIsKeptOutlivesTheServerForThisUserAlone() throws IOException {
        history.put("", "1", "Kept", "[]", "");
        history.close();
        assertThat(history(1 << 20, 64 << 20).list("", "", 10)).hasSize(1);
        assertThat(Files.getPosixFilePermissions(file())).hasSize(2);
        assertThat(Files.getPosixFilePermissions(folder.resolve("data"))).hasSize(3);
    }

    @Test
    void judgementsGoWithTheirConversation() {
        assertThatThrownBy(() -> history.judge("", judgement("j", "1", "a", true)))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("no conversation 1");
        history.put("", "1", "", "[]", "");
        history.judge("", judgement("j", "1", "a", true));
        history.judge("", judgement("j", "1", "a", false));
        assertThat(history.labels("")).containsExactly(new Lesson.Label(ASKED, "{\"content\":\"a\"}", false));
        history.put("", "1", "changed", "[]", "");
        assertThat(history.labels("")).hasSize(1);
        assertThat(history.remove("", "1")).isTrue();
        assertThat(history.labels("")).isEmpty();
    }

    @Test
    void goodAndBadAnswersToTheSameMessagesMakePairs() {
        history.put("", "1", "", "[]", "");
        history.put("", "2", "", "[]", "");
        history.judge("", judgement("a", "1", "good", true));
        history.judge("", judgement("b", "1", "bad", false));
        history.judge("", judgement("c", "2", "elsewhere", false));
        history.judge("", new Judgement("d", "1", "[]", "{}", "m", false));
        assertThat(history.pairs(""))
                .containsExactly(new Lesson.Pair(ASKED, "{\"content\":\"good\"}", "{\"content\":\"bad\"}"));
        assertThat(history.withdraw("", "b")).isTrue();
        assertThat(history.pairs("")).isEmpty();
    }

    @Test
    void tooMuchIsRefused() {
        String large = "x".repeat(History.MOST_BYTES + 1);
        assertThatThrownBy(() -> history.put("", "1", "", large, ""))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("begin another conversation");
        String half = "x".repeat(600 << 10);
        history.put("", "1", "", half, "");
        history.put("", "1", "", half, "");
        history.put("other", "1", "", half, "");
        assertThatThrownBy(() -> history.put("", "2", "", half, ""))
                .isInstanceOf(RequestException.class)
                .hasMessage("Your conversations take 0 of the 1 MiB that there are for each; delete some of them.");
    }

    @Test
    void aFullDatabaseSaysSoAndLetsRoomBeMade() {
        history.close();
        history = history(1 << 30, 1 << 20);
        history.put("", "1", "", "x".repeat(500_000), "");
        assertThatThrownBy(() -> history.put("", "2", "", "x".repeat(900_000), ""))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("There is no room for more conversations in " + file());
        assertThat(history.remove("", "1")).isTrue();
        history.put("", "2", "", "x".repeat(500_000), "");
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "no database, however long one looks at it. ".repeat(100));
        assertThatThrownBy(() -> history.list("", "", 10))
                .isInstanceOf(ResourceException.class)
                .hasMessage("The conversations in " + file()
                        + " are damaged; move the file away, and new ones will be kept.");
        Files.delete(file());
        history.put("", "1", "", "[]", "");
        assertThat(history.list("", "", 10)).hasSize(1);
    }

    @Test
    void anotherProgramsLockIsNamedAndWaitedFor() throws SQLException {
        history.put("", "1", "", "[]", "");
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = other.createStatement()) {
            statement.execute("begin immediate");
            assertThatThrownBy(() -> history.put("", "2", "", "[]", ""))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContaining("Another program holds the conversations in " + file());
            assertThat(history.list("", "", 10)).as("readers wait for nobody").hasSize(1);
            statement.execute("rollback");
        }
        history.put("", "2", "", "[]", "");
        assertThat(history.list("", "", 10)).hasSize(2);
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Files.writeString(folder.resolve("data"), "a file");
        assertThatThrownBy(() -> history.list("", "", 10))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("cannot be made")
                .hasMessageContaining("--data-dir");
    }
}
