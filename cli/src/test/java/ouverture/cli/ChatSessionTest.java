package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.error.PromptTooLongException;

class ChatSessionTest {
    private final Conversation conversation = new Conversation();
    private final StringWriter out = new StringWriter();
    private final StringWriter notices = new StringWriter();
    private final StringWriter thinking = new StringWriter();
    private final ThoughtPrinter thoughts = new ThoughtPrinter(thinking, true, true, Printable::answer);

    @Test
    void answerIsPrintedAndRemembered() throws IOException {
        ScriptedModel model = ScriptedModel.echo();
        ChatSession session = session(model);

        assertThat(session.handle("good day")).isTrue();
        session.handle("again");

        assertThat(out).hasToString("good day\nagain\n");
        assertThat(model.requests().getLast().messages())
                .containsExactly(Message.user("good day"), Message.assistant("good day"), Message.user("again"));
        assertThat(notices.toString()).isEmpty();
    }

    @Test
    void thoughtsAreDimmedApartAndRemembered() throws IOException {
        ScriptedModel model = new ScriptedModel(_ -> "<think>It is\033[2J easy.</think>Four.");
        ChatSession session = session(model);
        session.handle("2 + 2?");
        session.handle("And then?");

        assertThat(out).hasToString("Four.\nFour.\n");
        assertThat(thinking).hasToString("\033[2mIt is[2J easy.\033[22m\n\n".repeat(2));
        assertThat(model.requests().getLast().messages().get(1))
                .isEqualTo(Message.assistant("Four.", "It is\033[2J easy.", List.of()));
    }

    @Test
    void thinkSetsHowMuch() throws IOException {
        ScriptedModel model = ScriptedModel.echo().noting("It does not think.");
        ChatSession session = session(model);
        session.handle("/think");
        session.handle("good day");
        session.handle("/think low");
        session.handle("good day");
        session.handle("/think 300");
        session.handle("/think much");

        assertThat(model.requests().getFirst().reasoning()).isEqualTo(Reasoning.AUTO);
        assertThat(model.requests().getLast().reasoning()).isEqualTo(Reasoning.Level.LOW);
        assertThat(notices.toString().lines())
                .containsExactly(
                        "Reasoning is auto.",
                        "Reasoning is low.",
                        "(It does not think.)",
                        "Reasoning is 300.",
                        "ouverture: 'much' is no reasoning setting; say off, auto, low, medium, high or a number of"
                                + " tokens.");
    }

    @Test
    void blankMessagesAreNotAsked() throws IOException {
        ScriptedModel model = ScriptedModel.echo();
        session(model).handle("  ");

        assertThat(model.requests()).isEmpty();
    }

    @Test
    void twoSlashesBeginAMessage() throws IOException {
        session(ScriptedModel.echo()).handle("//etc is a folder");

        assertThat(out).hasToString("/etc is a folder\n");
    }

    @Test
    void failureIsASentenceAndTheChatGoesOn() throws IOException {
        ChatSession session = session(new ScriptedModel(request -> {
            if (request.messages().getLast().content().length() > 5) {
                throw new PromptTooLongException("Too long.");
            }
            return "fine";
        }));

        assertThat(session.handle("a long message")).isTrue();
        assertThat(notices).hasToString("ouverture: Too long." + System.lineSeparator());
        assertThat(conversation.messages()).isEmpty();

        session.handle("short");
        session.handle("/nonsense");
        assertThat(out.toString()).endsWith("fine\n");
        assertThat(conversation.messages()).containsExactly(Message.user("short"), Message.assistant("fine"));
        assertThat(session.exitCode()).isEqualTo(ExitCode.PROMPT_TOO_LONG);
    }

    @Test
    void answerThatIsStoppedWhileItIsPreparedEndsAtOnce() throws IOException {
        ChatSession[] session = new ChatSession[1];
        session[0] = session(new ScriptedModel(_ -> {
            session[0].cancel();
            return "never seen";
        }));
        session[0].handle("hello");

        assertThat(out).hasToString("\n");
        assertThat(notices.toString()).contains("The answer was stopped.");
        assertThat(conversation.messages()).isEmpty();
    }

    @Test
    void stoppedAnswerKeepsWhatCame() throws IOException {
        StringWriter screen = new StringWriter();
        ChatSession[] session = new ChatSession[1];
        Writer stopping = new Writer() {
            @Override
            public void write(char[] characters, int offset, int length) {
                screen.write(characters, offset, length);
                if (screen.toString().equals("one two")) {
                    session[0].cancel();
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        session[0] = new ChatSession(
                ScriptedModel.echo(),
                conversation,
                new SamplingFlags(),
                stopping,
                new PrintWriter(notices),
                UnaryOperator.identity(),
                thoughts);

        session[0].handle("one two three");
        assertThat(screen).hasToString("one two\n");
        assertThat(conversation.messages().getLast()).isEqualTo(Message.assistant("one two"));
        assertThat(notices.toString()).contains("stopped");

        session[0].cancel();
        session[0].handle("go on");
        assertThat(screen.toString()).endsWith("go on\n");
    }

    @Test
    void answerCannotSteerTheTerminal() throws IOException {
        session(new ScriptedModel(_ -> "a\033]0;x\007\tb\r\u009b2J\n👩\u200d🚀"))
                .handle("hello");

        assertThat(out).hasToString("a]0;x\tb2J\n👩\u200d🚀\n");
        assertThat(conversation.messages().getLast().content()).contains("\033");
    }

    @Test
    void unreadableScreenEndsTheChat() {
        Writer broken = new Writer() {
            @Override
            public void write(char[] characters, int offset, int length) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        ChatSession session = new ChatSession(
                ScriptedModel.echo(),
                conversation,
                new SamplingFlags(),
                broken,
                new PrintWriter(notices),
                UnaryOperator.identity(),
                thoughts);

        assertThatThrownBy(() -> session.handle("hello")).isInstanceOf(IOException.class);
    }

    @Test
    void commandsChangeTheConversation(@TempDir Path folder) throws IOException {
        ScriptedModel model = ScriptedModel.echo();
        ChatSession session = session(model);
        String file = folder.resolve("chat.json").toString();

        session.handle("/system Be brief.");
        session.handle("hello");
        session.handle("/save " + file);
        session.handle("/reset");
        assertThat(conversation.messages()).containsExactly(Message.system("Be brief."));
        session.handle("/load " + file);
        assertThat(conversation.messages()).hasSize(3);
        session.handle("/load " + file + ".none");
        assertThat(notices.toString()).contains("There is no file");
        assertThat(session.exitCode()).isEqualTo(ExitCode.MACHINE);
    }

    @Test
    void settingsReachTheModel() throws IOException {
        ScriptedModel model = ScriptedModel.echo();
        ChatSession session = session(model);

        session.handle("/set temperature 0.25");
        session.handle("/set stop=END");
        session.handle("/set stop \\n\\n");
        session.handle("/set top-p 7");
        session.handle("/set seed many");
        session.handle("/set top-k");
        session.handle("/set colour red");
        session.handle("hello");

        var request = model.requests().getLast();
        assertThat(request.sampling().temperature()).isEqualTo(0.25);
        assertThat(request.sampling().topP()).isEqualTo(0.95);
        assertThat(request.sampling().seed()).isEmpty();
        assertThat(request.stop()).containsExactly("\n\n");
        assertThat(notices.toString())
                .contains("The top-p is 7; it must be above 0 and at most 1.")
                .contains("'many' is not a long")
                .contains("/set needs a name and a value")
                .contains("There is no setting colour");
    }

    @Test
    void helpStatisticsAndSettingsAreShown() throws IOException {
        ChatSession session = session(ScriptedModel.echo());

        session.handle("/stats");
        session.handle("a b");
        session.handle("/help");
        session.handle("/set");
        session.handle("/stats");

        assertThat(notices.toString())
                .contains("There is no answer yet.")
                .contains("/save FILE")
                .contains("temperature          0.8")
                .contains("prompt 10 tokens (4 from the cache), 60.0 tok/s; answer 3 tokens, 10.0 tok/s");
        assertThat(out).hasToString("a b\n");
    }

    @Test
    void exitLeaves() throws IOException {
        assertThat(session(ScriptedModel.echo()).handle("/exit")).isFalse();
    }

    @Test
    void eachPipedLineIsAMessage() throws IOException {
        byte[] input = "one\r\n\n/stats\ntwo \"\"\"\\\n/exit\nthree\n".getBytes(UTF_8);
        int code = ChatCommand.throughPipes(session(ScriptedModel.echo()), new ByteArrayInputStream(input));

        assertThat(code).isEqualTo(ExitCode.OK);
        assertThat(out).hasToString("one\ntwo \"\"\"\\\n");
    }

    @Test
    void brokenLineIsPassedOver() throws IOException {
        byte[] input = {'a', '\n', (byte) 0xFF, '\n', 'b'};
        int code = ChatCommand.throughPipes(session(ScriptedModel.echo()), new ByteArrayInputStream(input));

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(out).hasToString("a\nb\n");
        assertThat(notices.toString()).contains("Line 2 of standard input is not UTF-8");
    }

    private ChatSession session(ScriptedModel model) {
        return new ChatSession(
                model,
                conversation,
                new SamplingFlags(),
                out,
                new PrintWriter(notices, true),
                Printable::answer,
                thoughts);
    }
}
