package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.Message;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;

class ConversationTest {
    private final Conversation conversation = new Conversation();

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void speak() {
        file = folder.resolve("chat.json");
        conversation.add(Message.user("Hé \"you\"\n"));
        conversation.add(Message.assistant("日本 🎵"));
        conversation.system("Be brief.");
    }

    @Test
    void fileGivesTheSameMessages() throws IOException {
        conversation.save(file);
        conversation.save(file);
        Conversation loaded = new Conversation();

        assertThat(loaded.load(file)).isEqualTo(3);
        assertThat(loaded.messages()).isEqualTo(conversation.messages());
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFolderOrAMissingOneIsRefusedAndLeftAsItWas() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));

        assertThatThrownBy(() -> conversation.save(empty)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> conversation.save(folder.resolve("none/chat.json")))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining(folder.resolve("none").toString());
        assertThat(empty).isEmptyDirectory();
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(empty);
        }
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), Files.writeString(file, "old"));
        conversation.save(link);

        assertThat(link).isSymbolicLink();
        assertThat(new Conversation().load(file)).isEqualTo(3);
    }

    @Test
    void fileIsAnOpenAiRequest() throws IOException {
        conversation.save(file);

        assertThat(Json.MAPPER.readTree(Files.readString(file)).at("/messages/0"))
                .isEqualTo(Json.object().put("role", "system").put("content", "Be brief."));
    }

    @Test
    void arrayAloneIsTaken() throws IOException {
        Files.writeString(file, "[{\"role\":\"user\",\"content\":\"hi\"}]");

        assertThat(conversation.load(file)).isEqualTo(1);
        assertThat(conversation.messages()).containsExactly(Message.user("hi"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"messages": [              | is not JSON
            {"message": []}             | has no list of messages
            [{"role": "user"}]          | Message 1
            [{"role": "robot", "content": "x"}] | has no known role
            [{"role": "user", "content": ["x"]}] | has no text as its content
            """)
    void otherFilesAreRefusedAndChangeNothing(String text, String sentence) throws IOException {
        var before = conversation.messages();
        Files.writeString(file, text);

        assertThatThrownBy(() -> conversation.load(file))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(sentence)
                .hasMessageContaining("chat.json");
        assertThat(conversation.messages()).isEqualTo(before);
    }

    @Test
    void systemMessageComesFirstAndOnce() {
        conversation.system("Be long.");
        assertThat(conversation.messages().getFirst()).isEqualTo(Message.system("Be long."));
        assertThat(conversation.messages()).hasSize(3);

        conversation.system("");
        assertThat(conversation.messages()).hasSize(2);
    }

    @Test
    void resetKeepsTheSystemMessage() {
        conversation.reset();
        assertThat(conversation.messages()).containsExactly(Message.system("Be brief."));
    }
}
