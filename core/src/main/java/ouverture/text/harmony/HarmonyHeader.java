package ouverture.text.harmony;

import org.jspecify.annotations.Nullable;

/// What stands before a message's content.
///
/// @param name of the author: for a tool its full name, as `functions.lookup`
/// @param channel `analysis` for thoughts, `commentary` for calls and what introduces them, `final` for answers
/// @param recipient for a call the tool's full name
/// @param contentType such as `json`, or `<|constrain|>json` where a control token precedes it
public record HarmonyHeader(
        HarmonyRole role,
        @Nullable String name,
        @Nullable String channel,
        @Nullable String recipient,
        @Nullable String contentType) {
    /// Thoughts.
    public static final String ANALYSIS = "analysis";

    /// Calls of functions, and what is said to introduce them.
    public static final String COMMENTARY = "commentary";

    /// Answers.
    public static final String FINAL = "final";

    /// A header with nothing but a role.
    public static HarmonyHeader of(HarmonyRole role) {
        return new HarmonyHeader(role, null, null, null, null);
    }
}
