package ouverture.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import ouverture.Message;
import ouverture.server.openai.ResponseItem.Called;
import ouverture.server.openai.ResponseItem.Result;
import ouverture.server.openai.ResponseItem.Said;

class TruncationTest {
    private static final List<ResponseItem> CONVERSATION = List.of(
            new Said("1", "system", "be kind"),
            new Said("2", "user", "first"),
            new Called("3", new Message.Call("call", "add", "{}")),
            new Result("4", "call", "5"),
            new Said("5", "assistant", "five"),
            new Said("6", "developer", "be brief"),
            new Said("7", "user", "second"),
            new Said("8", "assistant", "yes"),
            new Said("9", "user", "third"));

    private static String left(int most) {
        Truncation truncation = Truncation.of(CONVERSATION, items -> items.size() <= most);
        assertThat(truncation.dropped())
                .isEqualTo(CONVERSATION.size() - truncation.items().size());
        return String.join("", truncation.items().stream().map(ResponseItem::id).toList());
    }

    @Test
    void theOldestGoFirstAndInstructionsStay() {
        assertThat(left(9)).isEqualTo("123456789");
        assertThat(left(8)).isEqualTo("16789");
        assertThat(left(5)).isEqualTo("16789");
        assertThat(left(4)).isEqualTo("169");
        assertThat(left(0)).isEqualTo("169");
    }

    @Test
    void whatIsLeftBelongsTogether() {
        Truncation truncation = Truncation.of(CONVERSATION, items -> items.size() < 9);
        assertThat(ResponseItem.messages(truncation.items())).hasSize(5);
    }

    @Test
    void aSingleMessageIsNotCut() {
        List<ResponseItem> one = List.of(new Said("1", "user", "long"));
        assertThat(Truncation.of(one, _ -> false)).isEqualTo(Truncation.none(one));
    }
}
