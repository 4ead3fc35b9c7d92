package ouverture;

import java.util.List;

/// One message of a conversation.
///
/// @param content what it says
/// @param reasoning what its author thought before, where the author is a model; may be empty
/// @param calls the tools that its author asks for
/// @param callId of a tool's message: the id of the call that it answers; else empty
public record Message(Role role, String content, String reasoning, List<Call> calls, String callId) {
    /// Who speaks.
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT,
        TOOL
    }

    /// A call of a tool.
    ///
    /// @param id unique in its conversation; give it back with the result as it came
    /// @param arguments a JSON object
    public record Call(String id, String name, String arguments) {}

    public Message {
        calls = List.copyOf(calls);
    }

    /// A message that is only text.
    public Message(Role role, String content) {
        this(role, content, "", List.of(), "");
    }

    public static Message system(String content) {
        return new Message(Role.SYSTEM, content);
    }

    public static Message user(String content) {
        return new Message(Role.USER, content);
    }

    public static Message assistant(String content) {
        return new Message(Role.ASSISTANT, content);
    }

    /// An answer with the thoughts before it and the calls after it.
    public static Message assistant(String content, String reasoning, List<Call> calls) {
        return new Message(Role.ASSISTANT, content, reasoning, calls, "");
    }

    /// What a tool gave back.
    ///
    /// @param callId id of the call
    public static Message tool(String callId, String content) {
        return new Message(Role.TOOL, content, "", List.of(), callId);
    }
}
