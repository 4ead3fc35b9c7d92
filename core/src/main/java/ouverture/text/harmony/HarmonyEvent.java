package ouverture.text.harmony;

import java.util.Optional;

/// What a parser finds in a stream of tokens: of each message first its header, then its text, then its end.
public sealed interface HarmonyEvent {
    /// A message begins.
    record Opened(HarmonyHeader header) implements HarmonyEvent {}

    /// More of the message's text: never empty, and never a part of a code point.
    record Text(String text) implements HarmonyEvent {}

    /// A message is complete.
    ///
    /// @param end the control token that ended it; empty if it broke off
    record Closed(HarmonyMessage message, Optional<HarmonyControl> end) implements HarmonyEvent {}
}
