package ouverture.train.lesson;

import java.util.ArrayList;
import java.util.List;
import ouverture.Message;
import ouverture.Tool;

/// A conversation that waits for an answer.
///
/// @param messages oldest first, the last one from the user or a tool
/// @param tools that may be called
public record Question(List<Message> messages, List<Tool> tools) {
    public Question {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /// What a user asks.
    static Question of(String text) {
        return new Question(List.of(Message.user(text)), List.of());
    }

    /// What a user asks a model that has instructions.
    static Question of(String instructions, String text) {
        return new Question(List.of(Message.system(instructions), Message.user(text)), List.of());
    }

    /// The same after an earlier exchange.
    ///
    /// @param answer what the model said to `earlier`
    Question after(Question earlier, String answer) {
        List<Message> all = new ArrayList<>(earlier.messages);
        all.add(Message.assistant(answer));
        all.addAll(messages);
        return new Question(all, tools);
    }

    /// All that is said in it, to tell questions apart and to count words in.
    public String text() {
        StringBuilder text = new StringBuilder();
        tools.forEach(tool ->
                text.append(tool.name()).append('\n').append(tool.description()).append('\n'));
        for (Message message : messages) {
            text.append(message.content()).append('\n');
            message.calls().forEach(call -> text.append(call.arguments()).append('\n'));
        }
        return text.toString();
    }
}
