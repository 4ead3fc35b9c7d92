package ouverture.text.output;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import ouverture.text.TokenDecoder;
import ouverture.text.Tokenizer;
import ouverture.text.harmony.HarmonyControl;
import ouverture.text.output.MutatedStreams.Mutated;

/// Where letters are in a stream of gpt-oss. Reads the token ids on its own: of control tokens and of the words
/// of headers it understands just what tells a thought from an answer, and gives more than one place where a
/// header is too damaged for that.
///
/// The rules, also where the format leaves open what a stream means:
///
/// - A message's header goes from `<|start|>`, or from whatever follows the last message, to `<|message|>`; its
///   content to a token that ends messages or begins one (`<|channel|>` does where `<|start|>` was left out).
/// - `<|channel|>` and a word name the channel; where there are several, the last one counts. `analysis` is a
///   thought; any other, and none, is an answer. A word that only has `analysis` in it may be either.
/// - A message with a recipient that is not a role is a call on any channel.
/// - Words that belong to no header, but stand in one, are a message of their own on its channel: in a thought's
///   header they are thought.
/// - A header that has too much in it to be one goes over into text somewhere: what stands in and after it is on
///   a channel that was named in it.
final class ChannelReference implements LetterReference {
    private static final char CHANNEL = '\u0001';
    private static final char CONSTRAIN = '\u0002';
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");

    /// A mark and what is glued to it or follows it as a word.
    private static final Pattern NAMED = Pattern.compile("\u0001(\\s*)([^\\s\u0001\u0002]*)");

    /// A word that names a channel beyond doubt, whatever else is in it.
    private static final Pattern CLEAR_IF_GLUED =
            Pattern.compile("([^A-Za-z_].*?)?(?<channel>analysis|commentary|final)([^A-Za-z0-9_-].*)?");
    private static final Pattern CLEAR_APART = Pattern.compile("(?<channel>analysis|commentary|final)([{\\[\"<].*)?");

    /// What may be a recipient; a name with a dot is one without its `to=`.
    private static final Pattern ANY_RECIPIENT = Pattern.compile("to=|[\\w-]\\.[\\w-]");
    /// A call's header without a flaw.
    private static final String ONE_CHANNEL = "\u0001(analysis|commentary|final)";
    private static final Pattern CALL_HEADER = Pattern.compile("\\s*(assistant(\\s+|(?=\u0001)))?"
            + "(" + ONE_CHANNEL + "\\s+)?"
            + "to=(functions\\.)?(?<name>[a-z_]+)\\s*"
            + "(" + ONE_CHANNEL + "\\s*)?"
            + "(\u0002?\\s*(json|code))?\\s*");

    /// More than any header has.
    private static final int MOST_WORDS = 8;
    private static final int MOST_CHARACTERS = 256;

    private final Tokenizer tokenizer;
    private final Map<Integer, HarmonyControl> controls = new HashMap<>();

    private enum Phase {
        BETWEEN,
        HEADER,
        CONTENT
    }

    ChannelReference(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        for (HarmonyControl control : HarmonyControl.values()) {
            controls.put(tokenizer.id(control.text()).orElseThrow(), control);
        }
    }

    @Override
    public List<Set<Place>> places(Mutated stream, boolean hasTools, List<Span> calls) {
        Walk walk = new Walk();
        IntStream.concat(IntStream.of(tokenizer.encode(stream.opening(), false, true)), IntStream.of(stream.ids()))
                .forEach(walk::take);
        walk.text();
        walk.breakOff();
        return walk.places;
    }

    /// One stream.
    private final class Walk {
        private final List<Set<Place>> places = new ArrayList<>();
        private final TokenDecoder decoder = tokenizer.continuingDecoder();
        private final StringBuilder pending = new StringBuilder();
        private Phase phase = Phase.HEADER;
        private boolean begun;
        private final StringBuilder header = new StringBuilder();
        private Set<Place> content = Set.of();

        void take(int id) {
            HarmonyControl control = controls.get(id);
            if (control == null) {
                pending.append(decoder.push(id));
            } else {
                text();
                control(control);
            }
        }

        void text() {
            String text = pending.append(decoder.flush()).toString();
            pending.setLength(0);
            switch (phase) {
                case BETWEEN -> {
                    if (!text.isBlank()) {
                        begin(false);
                        header.append(text);
                    }
                }
                case HEADER -> header.append(text);
                case CONTENT -> letters(text).forEach(_ -> places.add(content));
            }
        }

        private void begin(boolean withStart) {
            phase = Phase.HEADER;
            begun = withStart;
            header.setLength(0);
        }

        private void control(HarmonyControl control) {
            switch (control) {
                case START -> {
                    breakOff();
                    begin(true);
                }
                case END, RETURN, CALL -> {
                    breakOff();
                    phase = Phase.BETWEEN;
                }
                case CHANNEL -> {
                    if (phase != Phase.HEADER) {
                        begin(false);
                    }
                    header.append(CHANNEL);
                }
                case CONSTRAIN -> {
                    if (phase == Phase.BETWEEN) {
                        begin(false);
                    }
                    if (phase == Phase.HEADER) {
                        header.append(CONSTRAIN);
                    }
                }
                case MESSAGE -> {
                    if (phase == Phase.BETWEEN) {
                        begin(false);
                    }
                    if (phase == Phase.HEADER) {
                        String whole = header.toString();
                        Set<Place> channel = channel(whole);
                        addHeader(whole, goesOver(whole) ? orCall(channel, whole) : channel);
                        Matcher call = CALL_HEADER.matcher(whole);
                        boolean isCall = call.matches() && !ROLES.contains(call.group("name"));
                        content = isCall ? Set.of(Place.CALL) : orCall(channel, whole);
                        phase = Phase.CONTENT;
                    }
                }
            }
        }

        /// Ends a header whose content never came: what is not part of it is the content.
        void breakOff() {
            if (phase == Phase.HEADER) {
                String whole = header.toString();
                addHeader(whole, orCall(channel(whole), whole));
                header.setLength(0);
            }
        }

        private void addHeader(String whole, Set<Place> rest) {
            boolean named = begun || whole.indexOf(CONSTRAIN) >= 0 || hasRecipient(whole);
            Set<Place> all = named ? with(rest, Place.NOWHERE) : rest;
            letters(whole).forEach(_ -> places.add(all));
        }
    }

    private static IntStream letters(String text) {
        return text.chars().filter(MutatedStreams::isLetter);
    }

    private static Set<Place> with(Set<Place> some, Place another) {
        EnumSet<Place> all = EnumSet.of(another);
        all.addAll(some);
        return all;
    }

    private static boolean hasRecipient(String header) {
        return ANY_RECIPIENT.matcher(header).find();
    }

    private static Set<Place> orCall(Set<Place> places, String header) {
        return hasRecipient(header) ? with(places, Place.CALL) : places;
    }

    /// What the channels of a header make of a message without a recipient.
    private static Set<Place> channel(String header) {
        boolean goesOver = goesOver(header);
        EnumSet<Place> places = EnumSet.of(Place.ANSWER);
        Matcher named = NAMED.matcher(header);
        while (named.find()) {
            boolean glued = named.group(1).isEmpty();
            String word = named.group(2);
            Matcher clear = (glued ? CLEAR_IF_GLUED : CLEAR_APART).matcher(word);
            if (clear.matches()) {
                if (!goesOver) {
                    places.clear();
                }
                places.add(clear.group("channel").equals("analysis") ? Place.THOUGHT : Place.ANSWER);
            } else if (word.contains("analysis")) {
                places.addAll(Set.of(Place.THOUGHT, Place.ANSWER));
            } else if (!word.isEmpty()) {
                places.add(Place.ANSWER);
            }
        }
        return places;
    }

    /// Whether a header has too much in it to be one.
    private static boolean goesOver(String header) {
        String text = header.replaceAll("[\u0001\u0002]", "").strip();
        return text.indexOf('\n') >= 0
                || text.split("\\s+").length > MOST_WORDS
                || text.length() > MOST_CHARACTERS
                || header.length() - header.replaceAll("[\u0001\u0002]", "").length() > MOST_WORDS;
    }
}
