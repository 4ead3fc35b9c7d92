package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;

/// Reads headers as the reference library does, and refuses what it refuses.
final class StrictHeader {
    private static final String RECIPIENT = "to=";

    /// Types of content, which are no tools even where no recipient stands before them.
    static final Set<String> TYPES = Set.of("json", "code");

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
                default -> addWord(words, text);
            }
        }
        HarmonyRole role = given;
        String name = null;
        if (role == null) {
            Author author = author(words, raw);
            role = author.role;
            name = author.name;
            words.removeFirst();
        } else if (!words.isEmpty() && words.getFirst().equals(role.word())) {
            words.removeFirst();
        }
        return rest(words, new HarmonyHeader(role, name, channel, null, null), raw);
    }

    /// A type may stand apart from its control token.
    private static void addWord(List<String> words, String text) {
        String constrain = HarmonyControl.CONSTRAIN.text();
        if (!words.isEmpty() && words.getLast().equals(constrain)) {
            words.set(words.size() - 1, constrain + text);
        } else {
            words.add(text);
        }
    }

    /// The author that a header's first word names.
    record Author(HarmonyRole role, @Nullable String name) {
        /// A role, or a role and a name after a colon.
        static Optional<Author> of(String word) {
            int colon = word.indexOf(':');
            return HarmonyRole.of(colon < 0 ? word : word.substring(0, colon))
                    .map(role -> new Author(role, colon < 0 ? null : word.substring(colon + 1)));
        }
    }

    private static Author author(List<String> words, RawHeader raw) {
        if (words.isEmpty()) {
            throw malformed("message header did not contain a role", raw.text());
        }
        String first = words.getFirst();
        return Author.of(first).orElseGet(() -> {
            if (words.size() == 1) {
                throw malformed("unknown role", raw.text());
            }
            return new Author(HarmonyRole.TOOL, first);
        });
    }

    /// What follows the role: a recipient, a type, or both in this order.
    private static HarmonyHeader rest(List<String> words, HarmonyHeader header, RawHeader raw) {
        String recipient = null;
        String type = null;
        if (!words.isEmpty()) {
            String last = words.removeLast();
            boolean alone = words.isEmpty();
            if (last.startsWith(RECIPIENT)) {
                recipient = recipient(last);
            } else if (alone && !last.startsWith(HarmonyControl.CONSTRAIN.text()) && !TYPES.contains(last)) {
                recipient = last;
            } else {
                type = last;
                recipient = alone ? null : recipient(words.removeLast());
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
