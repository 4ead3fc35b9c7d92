package ouverture.text.harmony;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Messages and how to render them.
///
/// @param messages oldest first
/// @param nextRole whose turn is opened at the end; null for none
/// @param dropsAnalysis whether old thoughts are left out: if the assistant's last message is an answer, those
///     before the conversation's first answer. While tools are being called all of them stay, as the model
///     was trained
/// @param forTraining whether an answer that ends the conversation also ends the turn
public record HarmonyConversation(
        List<HarmonyMessage> messages, @Nullable HarmonyRole nextRole, boolean dropsAnalysis, boolean forTraining) {
    public HarmonyConversation {
        messages = List.copyOf(messages);
    }

    /// A prompt for the assistant's next message.
    public static HarmonyConversation prompt(List<HarmonyMessage> messages) {
        return new HarmonyConversation(messages, HarmonyRole.ASSISTANT, true, false);
    }

    /// The messages that are rendered.
    List<HarmonyMessage> kept() {
        boolean answered = messages.reversed().stream()
                .filter(message -> message.header().role() == HarmonyRole.ASSISTANT)
                .findFirst()
                .map(HarmonyMessage::isFinal)
                .orElse(false);
        if (!dropsAnalysis || !answered) {
            return messages;
        }
        int firstAnswer = 0;
        while (!messages.get(firstAnswer).isFinal()) {
            firstAnswer++;
        }
        int end = firstAnswer;
        return IntStream.range(0, messages.size())
                .filter(i -> i >= end || !messages.get(i).isAnalysis())
                .mapToObj(messages::get)
                .toList();
    }
}
