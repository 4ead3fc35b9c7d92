package ouverture.text.harmony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.RequestException;

/// What models write in place of the format, and what a strict reader says to it. The headers are from reports
/// about other runners (openai/harmony 38, llama.cpp 27720, vllm 32633, dynamo 10366).
class HarmonyParserTest {
    /// Columns: what the model wrote after `<|start|>assistant`; the messages as role, name, channel, recipient,
    /// type and text, with `-` for what is absent and
    /// `##` between messages.
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            <|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|> ; assistant - commentary functions.f <|constrain|>json {}
            to=functions.f<|channel|>analysis<|message|>{}<|call|>                       ; assistant - analysis functions.f - {}
            <|channel|>commentary to=functions.f<|constrain|>JSON<|message|>{}<|call|>   ; assistant - commentary functions.f <|constrain|>JSON {}
            <|channel|>commentary<|constrain|>json to=functions.f<|message|>{}<|call|>   ; assistant - commentary functions.f <|constrain|>json {}
            <|channel|>commentary functions.f json<|message|>{}<|call|>                  ; assistant - commentary functions.f json {}
            <|channel|>commentary to= functions.f json<|message|>{}<|call|>              ; assistant - commentary functions.f json {}
            <|channel|>commentaryto=functions.f<|message|>{}<|call|>                     ; assistant - commentary functions.f - {}
            to=python<|channel|>analysis code<|message|>1+1<|call|>                      ; assistant - analysis python code 1+1
            <|channel|>final <|constrain|>json<|message|>{}<|return|>                    ; assistant - final - <|constrain|>json {}
            <|channel|>final <|constrain|> json<|message|>{}<|return|>                   ; assistant - final - <|constrain|>json {}
            <|channel|>final json<|message|>{}<|return|>                                 ; assistant - final - json {}
            <|message|>hello<|return|>                                                   ; assistant - - - - hello
            assistant<|channel|>final<|message|>hello<|return|>                          ; assistant - final - - hello
            <|channel|>commentary to=functions.f json{"a":1}<|call|>                     ; assistant - commentary functions.f json {"a":1}
            <|channel|>commentary to=functions.f{"a":1}<|call|>                          ; assistant - commentary functions.f - {"a":1}
            <|channel|>commentary to=functions.f <|constrain|>json{"a":1}<|call|>        ; assistant - commentary functions.f <|constrain|>json {"a":1}
            <|channel|>analysis<|channel|>final<|message|>x<|return|>                    ; assistant - final - - x
            <|channel|>analysis<|message|>a<|channel|>final<|message|>b<|return|>        ; assistant - analysis - - a ## assistant - final - - b
            <|channel|>analysis<|message|>a<|start|>assistant<|channel|>final<|message|>b ; assistant - analysis - - a ## assistant - final - - b
            <|channel|>analysis<|message|>a<|end|>assistant<|channel|>final<|message|>b  ; assistant - analysis - - a ## assistant - final - - b
            <|channel|>analysis<|message|>a<|end|>\\n<|channel|>final<|message|>b         ; assistant - analysis - - a ## assistant - final - - b
            <|channel|>??<|end|><|start|>assistant<|channel|>analysis<|message|>a<|end|> ; assistant - - - - ?? ## assistant - analysis - - a
            <|channel|>commentary?commentary?<|message|>a<|end|>                         ; assistant - commentary - - ?commentary? ## assistant - commentary - - a
            <|channel|>––commentary to=functions.f<|message|>{}<|call|>                  ; assistant - commentary - - –– ## assistant - commentary functions.f - {}
            <|channel|>The user wants this<|end|>                                        ; assistant - - - - The user wants this
            <|channel|>analysisWe think<|end|>                                           ; assistant - analysis - - We think
            <|channel|>commentary blah to=functions.f json<|message|>{}<|call|>          ; assistant - commentary - - blah ## assistant - commentary functions.f json {}
            <|channel|>commentary to=functions.f to=functions.g<|message|>{}<|call|>     ; assistant - commentary - - to=functions.g ## assistant - commentary functions.f - {}
            hello<|end|>                                                                 ; assistant - - - - hello
            assistant of the king<|end|>                                                 ; assistant - - - - assistant of the king
            <|channel|>final<|end|>                                                      ; assistant - final - -
            one two three four five six seven eight nine ten<|return|>                   ; assistant - - - - one two three four five six seven eight nine ten
            <|constrain|>json<|end|>                                                     ; assistant - - - <|constrain|>json
            <|channel|>final<|message|>a<|constrain|>b<|message|>c<|return|>             ; assistant - final - - abc
            """)
    void modelsWriteAnything(String written, String messages) {
        check(written, HarmonyRole.ASSISTANT, messages);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            <|start|>functions.f<|message|>x<|end|>                  ; tool functions.f - - - x
            <|start|>functions.f to=assistant<|channel|>commentary<|message|>x<|end|> ; tool functions.f commentary assistant - x
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
