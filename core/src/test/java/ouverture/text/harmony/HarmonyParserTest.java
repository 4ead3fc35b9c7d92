package ouverture.text.harmony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.RequestException;

/// What models write in place of the format, and what a strict reader says to it. The headers are from reports
/// about other runners (openai/harmony 38, llama.cpp 27720, vllm 32633, dynamo 10366).
class HarmonyParserTest {
    @ParameterizedTest
    @MethodSource
    void modelsWriteAnything(String written, String messages) {
        check(written, HarmonyRole.ASSISTANT, messages);
    }

    private static Stream<Arguments> modelsWriteAnything() throws IOException {
        return HarmonyCases.table("completions.txt");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            <|start|>functions.f<|message|>x<|end|>                  ; tool functions.f - - - x
            <|start|>f to=assistant<|channel|>commentary<|message|>x ; tool f commentary assistant - x
            <|start|>user:bob<|message|>x<|end|>                     ; user bob - - - x
            <|start|><|channel|>analysis<|message|>x<|end|>          ; assistant - analysis - - x
            <|start|>assistant I see<|end|>                          ; assistant - - - - I see
            <|start|>Hello there<|end|>                              ; assistant - - - - Hello there
            user asked<|end|>                                        ; assistant - - - - user asked
            system<|message|>x                                       ; system - - - - x
            """)
    void wholeConversationsToo(String written, String messages) {
        check(written, null, messages);
    }

    private static void check(String written, HarmonyRole role, String expected) {
        List<HarmonyMessage> messages = HarmonyParser.parse(written.replace("\\n", "\n"), false, role);

        assertThat(messages.stream().map(HarmonyParserTest::line)).containsExactly(expected.split(" ## "));
    }

    private static String line(HarmonyMessage message) {
        HarmonyHeader header = message.header();
        StringBuilder line = new StringBuilder(header.role().word());
        for (String part : new String[] {header.name(), header.channel(), header.recipient(), header.contentType()}) {
            line.append(' ').append(part == null ? "-" : part);
        }
        return line.append(' ')
                .append(((HarmonyContent.Text) message.content()).text())
                .toString()
                .strip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<|return|>", "<|end|><|end|>", "<|start|>assistant<|end|>", "  \n <|end|> "})
    void nothingIsNoMessage(String written) {
        assertThat(HarmonyParser.parse(written, false, HarmonyRole.ASSISTANT)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            ''                                                     ; ends before it is complete
            <|channel|>analysis                                    ; ends before it is complete
            <|channel|><|message|>x                                ; no channel
            <|channel|>analysis<|channel|>final<|message|>x        ; two channels
            one two three<|message|>x                              ; unexpected tokens remaining in message header
            one two three<|end|>                                   ; unexpected tokens remaining in message header
            <|message|>x<|end|>y                                   ; has to begin with <|start|>
            <|message|>x<|end|><|message|>y                        ; has to begin with <|start|>
            <|message|>x<|end|><|start|>somebody<|message|>y       ; unknown role
            <|message|>x<|end|><|start|><|message|>y               ; did not contain a role
            """)
    void strictReadingSaysWhatIsWrong(String written, String complaint) {
        assertThatThrownBy(() -> HarmonyParser.parse(written, true, HarmonyRole.ASSISTANT))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void aComplaintStaysShort() {
        assertThatThrownBy(() -> HarmonyParser.parse("x ".repeat(100_000), true, HarmonyRole.ASSISTANT))
                .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(300));
    }
}
