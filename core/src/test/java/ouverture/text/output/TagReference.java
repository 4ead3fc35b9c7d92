package ouverture.text.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;
import ouverture.text.output.CallSyntax.Block;
import ouverture.text.output.MutatedStreams.Mutated;

/// Where letters are in the families that put tags around thoughts. Shares with the parser the list of tags and
/// the bytes of tokens, nothing else: it goes once over the whole text, from the left to the right.
///
/// The rules, also where a format leaves open what a stream means:
///
/// - A tag that is one special token of the vocabulary is that token only. Other tags are their text, in which no
///   token that is a tag begins.
/// - A thought is opened by its token anywhere in an answer; by text only where an answer begins: at first,
///   after a thought and after a call, before anything but white space and tags (and, once there was a call,
///   semicolons).
/// - Thoughts are not nested: whatever opens, the first closing tag closes. A closing token in an answer is
///   nothing; as text it is a tag once for each opening, for a call may have ended the thought before it. A
///   thought without an end goes on to the end.
/// - After a tag that ends the turn, nothing is thought or answer.
/// - What is a call, the parser says: whether a block reads as one is another test's matter. But a call has to
///   begin with a tag for calls that may be read, or where a bare call may stand, and may have no tag in it that
///   ends it, none that ends the turn, and, if it stands in a thought, none that closes the thought. What is in
///   a call is neither thought nor answer. A block that is no call is nothing special: tags of thoughts in it
///   count.
/// - After a call in a thought the thought goes on in the families of THINKS_ON; in the others it is over.
final class TagReference implements LetterReference {
    private static final Set<String> THINKS_ON = Set.of(
            "Gemma 4",
            "Kimi K2, Kimi K2 Thinking",
            "DeepSeek V3.2",
            "DeepSeek V3.1",
            "DeepSeek V3, R1 and its distillations",
            "Reka Edge");
    private static final Set<String> BARE_CALLS =
            Set.of("Reka Flash 3", "Llama 3.1 and later", "others (Gemma 1 to 3, Phi-3, GPT-2, ChatML)");

    private enum Role {
        OPEN,
        CLOSE,
        END,
        SECTION,
        CALL,
        CALL_END
    }

    /// @param block that a tag for calls belongs to
    private record Tag(String text, Role role, @Nullable Block block, TokenKind kind) {
        boolean isToken() {
            return kind != TokenKind.NORMAL;
        }
    }

    private final Tokenizer tokenizer;
    private final boolean thinksOn;
    private final boolean bareCalls;
    private final List<Tag> tags;
    private final Set<String> tagTokens;
    /// First characters of tags.
    private final String beginnings;

    TagReference(MutatedStreams streams) {
        OutputFormat format = streams.format();
        tokenizer = streams.tokenizer();
        thinksOn = THINKS_ON.contains(format.families());
        bareCalls = BARE_CALLS.contains(format.families());
        List<Tag> all = new ArrayList<>();
        format.thoughts().ifPresent(thoughts -> {
            all.add(tag(thoughts.open(), Role.OPEN, null));
            all.add(tag(thoughts.close(), Role.CLOSE, null));
        });
        format.end().forEach(end -> all.add(tag(end, Role.END, null)));
        format.calls().sections().forEach(section -> all.add(tag(section, Role.SECTION, null)));
        for (Block block : format.calls().blocks()) {
            all.add(tag(block.open(), Role.CALL, block));
            block.closers().forEach(closer -> all.add(tag(closer, Role.CALL_END, block)));
        }
        tags = List.copyOf(all);
        tagTokens = tags.stream().filter(Tag::isToken).map(Tag::text).collect(Collectors.toSet());
        beginnings = tags.stream().map(tag -> tag.text.substring(0, 1)).collect(Collectors.joining());
    }

    private Tag tag(String text, Role role, @Nullable Block block) {
        int id = tokenizer.id(text).orElse(-1);
        return new Tag(text, role, block, id >= 0 ? tokenizer.kind(id) : TokenKind.NORMAL);
    }

    @Override
    public List<Set<Place>> places(Mutated stream, boolean hasTools, List<Span> calls) {
        return new Walk(stream, hasTools).places(calls);
    }

    /// One stream.
    private final class Walk {
        private final String raw;
        private final List<String> tokens;
        private final boolean hasTools;
        private final List<Set<Place>> places = new ArrayList<>();
        private Place place;
        private boolean begins = true;
        private boolean mayClose;
        private boolean called;

        Walk(Mutated stream, boolean hasTools) {
            this.hasTools = hasTools;
            raw = stream.raw();
            tokens = stream.tokens();
            place = stream.prompt().isEmpty() ? Place.ANSWER : Place.THOUGHT;
            mayClose = !stream.prompt().isEmpty();
        }

        List<Set<Place>> places(List<Span> calls) {
            int next = 0;
            for (int at = 0; at < raw.length(); ) {
                if (next < calls.size() && calls.get(next).from() == at) {
                    at = takeCall(calls.get(next++));
                } else {
                    Tag tag = tagAt(at, this::counts);
                    if (tag == null) {
                        add(at, place);
                        char c = raw.charAt(at);
                        begins &= Character.isWhitespace(c) || called && c == ';';
                        at++;
                    } else {
                        take(tag);
                        at += tag.text.length();
                    }
                }
            }
            require(next == calls.size(), "A call stands within a tag.");
            return places;
        }

        private void add(int at, Place where) {
            if (MutatedStreams.isLetter(raw.charAt(at))) {
                places.add(Set.of(where));
            }
        }

        private @Nullable Tag tagAt(int at, Predicate<Tag> counts) {
            if (at == raw.length() || beginnings.indexOf(raw.charAt(at)) < 0) {
                return null;
            }
            String token = tokens.get(at);
            for (Tag tag : tags) {
                if ((tag.isToken() ? tag.text.equals(token) : standsAsText(tag.text, at)) && counts.test(tag)) {
                    return tag;
                }
            }
            return null;
        }

        /// No token that is a tag may begin within a tag.
        private boolean standsAsText(String text, int at) {
            return raw.startsWith(text, at)
                    && IntStream.range(at, at + text.length()).noneMatch(i -> tagTokens.contains(tokens.get(i)));
        }

        /// Whether a tag outside of calls means something.
        private boolean counts(Tag tag) {
            return place != Place.NOWHERE
                    && switch (tag.role) {
                        case OPEN -> place == Place.ANSWER && (begins || tag.isToken());
                        case CLOSE -> mayClose || tag.isToken();
                        case END -> true;
                        case SECTION -> isRead(tag);
                        case CALL_END -> tag.isToken() && isRead(tag);
                        case CALL -> false;
                    };
        }

        /// Control tokens mean nothing as text; what else belongs to calls is text for whoever declares no tools.
        private boolean isRead(Tag tag) {
            return hasTools || tag.kind == TokenKind.CONTROL;
        }

        private void take(Tag tag) {
            switch (tag.role) {
                case OPEN -> {
                    place = Place.THOUGHT;
                    mayClose = true;
                }
                case CLOSE -> {
                    place = Place.ANSWER;
                    mayClose = false;
                    begins = true;
                }
                case END -> place = Place.NOWHERE;
                case SECTION, CALL, CALL_END -> {}
            }
        }

        /// @return where the text goes on
        private int takeCall(Span call) {
            require(place != Place.NOWHERE, "A call stands behind the end of the turn.");
            Tag opener = tagAt(call.from(), tag -> tag.role == Role.CALL && isRead(tag));
            boolean bare = bareCalls && hasTools && begins && place == Place.ANSWER && raw.charAt(call.from()) == '{';
            require(opener != null || bare, "A call stands where none may begin.");
            for (int at = call.from(); at < call.to(); at++) {
                Tag inside = tagAt(at, tag -> switch (tag.role) {
                    case CLOSE -> place == Place.THOUGHT;
                    case END -> true;
                    case CALL_END -> opener != null && tag.block == opener.block;
                    case OPEN, SECTION, CALL -> false;
                });
                require(inside == null, "A call goes on behind its end.");
                add(at, Place.CALL);
            }
            place = thinksOn ? place : Place.ANSWER;
            begins = true;
            called = true;
            Tag closer = opener == null
                    ? null
                    : tagAt(call.to(), tag -> tag.role == Role.CALL_END && tag.block == opener.block);
            return call.to() + (closer == null ? 0 : closer.text.length());
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
