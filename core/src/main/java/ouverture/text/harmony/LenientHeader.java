package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ouverture.text.harmony.RawHeader.Word;

/// Reads whatever stands where a header should, and never fails: what is part of a header is taken in any order
/// that models produce, and the rest is somebody's text.
///
/// Where the token that ends a header never came, a message's text follows its header without a seam; then only
/// what cannot be text is taken, and only before the text.
final class LenientHeader {
    private static final String RECIPIENT = "to=";
    private static final Pattern KNOWN_CHANNEL = Pattern.compile("(analysis|commentary|final)(?![a-z0-9_-])");
    private static final Pattern CHANNEL = Pattern.compile("[A-Za-z_](?:(?!to=)[A-Za-z0-9_-])*");
    private static final Pattern TOOL = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)+");

    /// Types of content, which are no tools even where no recipient stands before them.
    private static final Set<String> TYPES = Set.of("json", "code");

    /// Arguments may follow a tool's name or a type without a space.
    private static final Pattern ARGUMENTS = Pattern.compile("[{\\[\"<]");

    private final RawHeader raw;
    private final boolean complete;
    private final List<Word> words = new ArrayList<>();
    private final BitSet claimed = new BitSet();
    private final BitSet claimedWords = new BitSet();
    private @Nullable String channel;
    private @Nullable String recipient;
    private @Nullable String type;

    /// @param header what could be understood
    /// @param rest all other text
    record Result(HarmonyHeader header, String rest) {}

    private record Author(HarmonyRole role, @Nullable String name) {
        /// A role, or a role and a name after a colon.
        static Optional<Author> of(String word) {
            int colon = word.indexOf(':');
            return HarmonyRole.of(colon < 0 ? word : word.substring(0, colon))
                    .map(role -> new Author(role, colon < 0 ? null : word.substring(colon + 1)));
        }
    }

    private LenientHeader(RawHeader raw, boolean complete) {
        this.raw = raw;
        this.complete = complete;
        raw.words().forEach(this::split);
    }

    /// @param complete whether the token that ends headers came
    /// @param begun whether the token that begins headers came
    /// @param given role of the turn that was already open; null where the header names it
    static Result read(RawHeader raw, boolean complete, boolean begun, @Nullable HarmonyRole given) {
        LenientHeader header = new LenientHeader(raw, complete);
        Author author = header.author(begun, given);
        header.readChannel();
        if (complete) {
            header.readAnywhere();
        } else {
            header.readBeginning();
        }
        return new Result(
                new HarmonyHeader(author.role(), author.name(), header.channel, header.recipient, header.type),
                header.rest());
    }

    /// Adds a word without what is glued to it, which is a word of its own.
    private void split(Word word) {
        String text = raw.text(word);
        Pattern pattern = word.mark() == HarmonyControl.CHANNEL
                ? (complete && CHANNEL.matcher(text).lookingAt() ? CHANNEL : KNOWN_CHANNEL)
                : ARGUMENTS;
        Matcher found = pattern.matcher(text);
        boolean any = found.find();
        if (word.mark() != HarmonyControl.CHANNEL) {
            addParts(word, 0, any ? found.start() : text.length());
        } else if (any) {
            addParts(word, found.start(), found.end());
        } else {
            addParts(word, 0, 0);
        }
    }

    /// @param from first character of the word that belongs to its control token
    private void addParts(Word word, int from, int to) {
        if (from > 0) {
            words.add(new Word(word.begin(), word.begin() + from, HarmonyControl.START));
        }
        if (from < to || !word.isPlain()) {
            words.add(new Word(word.begin() + from, word.begin() + to, word.mark()));
        }
        if (word.begin() + to < word.end()) {
            words.add(new Word(word.begin() + to, word.end(), HarmonyControl.START));
        }
    }

    private Author author(boolean begun, @Nullable HarmonyRole given) {
        Author author = new Author(given == null ? HarmonyRole.ASSISTANT : given, null);
        boolean headerLike = complete || begun || raw.hasMarks();
        if (words.isEmpty() || !words.getFirst().isPlain() || !headerLike) {
            return author;
        }
        String first = raw.text(words.getFirst());
        Optional<Author> named = Author.of(first);
        if (named.isPresent() && (given == null || author.equals(named.get()))) {
            claim(0);
            return named.get();
        }
        if (given == null && begun && complete && !first.startsWith(RECIPIENT)) {
            claim(0);
            return new Author(HarmonyRole.TOOL, first);
        }
        return author;
    }

    /// Where there are several channels, the last one counts; others that are known ones are no text either.
    private void readChannel() {
        for (int i = words.size() - 1; i >= 0; i--) {
            if (words.get(i).mark() == HarmonyControl.CHANNEL) {
                int at = text(i).isEmpty() && isFree(i + 1) ? i + 1 : i;
                Pattern pattern = complete && channel == null ? CHANNEL : KNOWN_CHANNEL;
                if (pattern.matcher(text(at)).matches()) {
                    String name = claim(at);
                    channel = channel == null ? name : channel;
                }
            }
        }
    }

    /// A whole header: its parts may stand anywhere in it.
    private void readAnywhere() {
        int after = -1;
        for (int i = 0; i < words.size() && recipient == null; i++) {
            if (isFree(i) && text(i).startsWith(RECIPIENT)) {
                after = takeRecipient(i);
            }
        }
        for (int i = 0; i < words.size() && recipient == null; i++) {
            if (isFree(i) && TOOL.matcher(text(i)).matches()) {
                recipient = claim(i);
                after = i + 1;
            }
        }
        for (int i = 0; i < words.size() && type == null; i++) {
            if (words.get(i).mark() == HarmonyControl.CONSTRAIN) {
                takeType(i);
            }
        }
        if (type != null) {
            return;
        }
        int last = words.size() - 1;
        boolean follows = last == after && isFree(last) && !text(last).startsWith(RECIPIENT);
        if (follows || isFree(last) && TYPES.contains(text(last))) {
            type = claim(last);
        }
    }

    /// A header that goes over into text: its parts are taken as long as one follows the other.
    private void readBeginning() {
        for (int i = 0; i < words.size(); i++) {
            if (claimedWords.get(i)) {
                continue;
            }
            if (words.get(i).mark() == HarmonyControl.CONSTRAIN && type == null) {
                takeType(i);
            } else if (isFree(i) && recipient == null && text(i).startsWith(RECIPIENT)) {
                takeRecipient(i);
            } else if (isFree(i) && recipient != null && type == null && TYPES.contains(text(i))) {
                type = claim(i);
            } else {
                return;
            }
        }
    }

    /// @return the word after the recipient
    private int takeRecipient(int i) {
        String name = claim(i).substring(RECIPIENT.length());
        if (!name.isEmpty() || !isFree(i + 1)) {
            recipient = name.isEmpty() ? null : name;
            return i + 1;
        }
        recipient = claim(i + 1);
        return i + 2;
    }

    private void takeType(int i) {
        String name = claim(i);
        boolean apart = name.isEmpty() && isFree(i + 1) && (complete || TYPES.contains(text(i + 1)));
        if (apart || !name.isEmpty()) {
            type = HarmonyControl.CONSTRAIN.text() + (apart ? claim(i + 1) : name);
        }
    }

    private boolean isFree(int i) {
        return i >= 0 && i < words.size() && words.get(i).isPlain() && !claimedWords.get(i);
    }

    private String text(int i) {
        return raw.text(words.get(i));
    }

    private String claim(int i) {
        claimedWords.set(i);
        claimed.set(words.get(i).begin(), words.get(i).end());
        return text(i);
    }

    /// What nothing claimed; a space stands for what was taken out of it.
    private String rest() {
        String text = raw.text();
        StringBuilder rest = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (!claimed.get(i)) {
                rest.append(text.charAt(i));
            } else if (!rest.isEmpty() && !Character.isWhitespace(rest.charAt(rest.length() - 1))) {
                rest.append(' ');
            }
        }
        return rest.toString().stripLeading();
    }
}
