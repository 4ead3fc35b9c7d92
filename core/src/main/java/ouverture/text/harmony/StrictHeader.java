package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;

/// Reads headers as the reference library does, and refuses what it refuses.
final class StrictHeader {
    private static final String RECIPIENT = "to=";

    private StrictHeader() {}

    /// @param given role of the turn that was already open; null where the header names it
    /// @throws RequestException if the header has no role, an unknown one, or more than headers have
    static HarmonyHeader read(RawHeader raw, @Nullable HarmonyRole given) {
        String channel = null;
        List<String> words = new ArrayList<>();
        for (RawHeader.Word word : raw.words()) {
            String text = raw.text(word);
            switch (word.mark()) {
                case CHANNEL -> {
                    if (text.isEmpty()) {
                        throw malformed("a channel marker is present but no channel", raw.text());
                    }
                    if (channel != null) {
                        throw malformed("it has two channels", raw.text());
                    }
                    channel = text;
                }
                case CONSTRAIN -> words.add(HarmonyControl.CONSTRAIN.text() + text);
                default -> words.add(text);
            }
        }
        HarmonyRole role = given == null ? role(words, raw) : given;
        String name = given == null && role == HarmonyRole.TOOL ? words.getFirst() : null;
        if (given == null || !words.isEmpty() && words.getFirst().equals(role.word())) {
            words.removeFirst();
        }
        return rest(words, new HarmonyHeader(role, name, channel, null, null), raw);
    }

    /// The role that the first word names; what is followed by a recipient is a tool.
    private static HarmonyRole role(List<String> words, RawHeader raw) {
        if (words.isEmpty()) {
            throw malformed("message header did not contain a role", raw.text());
        }
        return HarmonyRole.of(words.getFirst()).orElseGet(() -> {
            if (words.size() == 1) {
                throw malformed("unknown role", raw.text());
            }
            return HarmonyRole.TOOL;
        });
    }

    /// What follows the role: a recipient, or a recipient and a type. A word alone counts as a recipient, whatever
    /// it says.
    private static HarmonyHeader rest(List<String> words, HarmonyHeader header, RawHeader raw) {
        String recipient = null;
        String type = null;
        if (!words.isEmpty()) {
            String last = words.removeLast();
            if (last.startsWith(RECIPIENT) || words.isEmpty()) {
                recipient = recipient(last);
            } else {
                type = last;
                recipient = recipient(words.removeLast());
            }
        }
        if (!words.isEmpty()) {
            throw malformed("unexpected tokens remaining in message header", raw.text());
        }
        return new HarmonyHeader(header.role(), header.name(), header.channel(), recipient, type);
    }

    private static String recipient(String word) {
        return word.startsWith(RECIPIENT) ? word.substring(RECIPIENT.length()) : word;
    }

    static RequestException malformed(String complaint, String header) {
        return new RequestException("A message header is malformed: " + complaint + ": \""
                + (header.length() > 80 ? header.substring(0, 80) + "…" : header) + "\".");
    }
}
