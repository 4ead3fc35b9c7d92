package ouverture.text.output;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.text.TokenDecoder;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;
import ouverture.text.output.CallReader.Reading;
import ouverture.text.output.CallSyntax.Block;

/// The state machine for families that put tags around thoughts and calls.
///
/// A tag that is one special token of the vocabulary counts as that token only: spelled out it is text. Other
/// tags are matched on the text, holding back no more than an end that may begin one. A thought can be opened by
/// a tag in plain text only where the answer begins.
///
/// Calls are read where the request has tools, and where their tags are control tokens, which mean nothing as
/// text. Without tools other tags are text: a program that describes its tools in a message of its own gets the
/// answer as it is. A block that names no tool is given back as what it was found in, text or thought; a block
/// with a name and bad arguments is a call that is not valid.
final class MarkupParser implements OutputParser {
    /// Characters of a block after which it is not asked any more whether it may become a call.
    private static final int MOST_OF_A_BEGINNING = 256;

    /// JSON without tags where an answer begins.
    private static final Block BARE = new Block("", List.of(), true, false, List.of(), JsonCalls::readBare);

    private enum State {
        TEXT,
        THOUGHT,
        CALL,
        ENDED
    }

    private enum Role {
        OPEN_THOUGHT,
        CLOSE_THOUGHT,
        SECTION,
        OPEN_CALL,
        CLOSE_CALL,
        END
    }

    /// @param block of a tag that opens calls
    /// @param isToken whether the tag is a special token of the vocabulary
    /// @param isControl whether it is a control token
    private record Tag(String text, Role role, @Nullable Block block, boolean isToken, boolean isControl) {}

    private final Tokenizer tokenizer;
    private final TokenDecoder decoder;
    private final OutputFormat format;
    private final DeclaredTools tools;
    private final Map<Integer, Tag> byId = new HashMap<>();
    private final List<Tag> byText = new ArrayList<>();
    private final PieceWriter writer = new PieceWriter();
    private final MarkedText held = new MarkedText();
    private State state;
    private boolean atStart = true;
    private int calls;

    private MarkedText body = new MarkedText();
    private Block block = BARE;
    private @Nullable Tag opener;
    private boolean inThought;
    private boolean givenBack;
    private JsonEnd jsonEnd = new JsonEnd();

    MarkupParser(Tokenizer tokenizer, OutputFormat format, DeclaredTools tools, boolean inThought) {
        this.tokenizer = tokenizer;
        this.format = format;
        this.tools = tools;
        this.decoder = tokenizer.rawDecoder();
        this.state = inThought ? State.THOUGHT : State.TEXT;
        format.thoughts().ifPresent(thoughts -> {
            add(thoughts.open(), Role.OPEN_THOUGHT, null);
            add(thoughts.close(), Role.CLOSE_THOUGHT, null);
        });
        format.calls().sections().forEach(tag -> add(tag, Role.SECTION, null));
        Set<String> closers = new LinkedHashSet<>();
        for (Block each : format.calls().blocks()) {
            add(each.open(), Role.OPEN_CALL, each);
            closers.addAll(each.closers());
        }
        closers.forEach(tag -> add(tag, Role.CLOSE_CALL, null));
        format.end().forEach(tag -> add(tag, Role.END, null));
        if (!format.end().isEmpty()) {
            writer.skip(1, " \n");
        } else if (inThought) {
            writer.skip(1, "\n");
        }
    }

    private void add(String text, Role role, @Nullable Block opened) {
        int id = tokenizer.id(text).orElse(-1);
        boolean special =
                id >= 0 && (tokenizer.kind(id) == TokenKind.CONTROL || tokenizer.kind(id) == TokenKind.USER_DEFINED);
        Tag tag = new Tag(text, role, opened, special, special && tokenizer.kind(id) == TokenKind.CONTROL);
        if (special) {
            byId.put(id, tag);
        } else {
            byText.add(tag);
        }
    }

    @Override
    public boolean isThinking() {
        return state == State.THOUGHT;
    }

    @Override
    public boolean hasEnded() {
        return state == State.ENDED;
    }

    @Override
    public List<Output> push(int id) {
        if (id >= 0 && id < tokenizer.size()) {
            Tag tag = byId.get(id);
            if (tag != null && isActive(tag)) {
                held.append(decoder.flush(), false);
                scan(true);
                take(tag);
            } else if (tokenizer.kind(id) == TokenKind.CONTROL) {
                held.append(decoder.flush(), false);
                held.append(tokenizer.piece(id), true);
            } else {
                held.append(decoder.push(id), false);
            }
            scan(false);
        }
        return writer.drain();
    }

    @Override
    public List<Output> finish() {
        held.append(decoder.flush(), false);
        scan(true);
        if (state == State.CALL) {
            closeCall("");
            scan(true);
        }
        writer.settle(isThinking());
        return writer.drain();
    }

    private boolean isActive(Tag tag) {
        return switch (tag.role) {
            case OPEN_THOUGHT -> state == State.TEXT;
            case CLOSE_THOUGHT ->
                state == State.THOUGHT || state == State.CALL && inThought || state == State.TEXT && tag.isToken;
            case SECTION, OPEN_CALL, CLOSE_CALL -> readsCalls(tag) && isActiveCallTag(tag);
            case END -> state != State.ENDED;
        };
    }

    private boolean readsCalls(Tag tag) {
        return tag.isControl || !tools.isEmpty();
    }

    private boolean isActiveCallTag(Tag tag) {
        return switch (state) {
            case TEXT, THOUGHT -> tag.role != Role.CLOSE_CALL || tag.isToken && !givenBack;
            case CALL ->
                switch (tag.role) {
                    case OPEN_CALL -> tag.equals(opener);
                    case CLOSE_CALL -> block.closers().contains(tag.text);
                    case SECTION -> true;
                    case OPEN_THOUGHT, CLOSE_THOUGHT, END -> false;
                };
            case ENDED -> false;
        };
    }

    /// Hands on what is certain in the held text.
    ///
    /// @param all whether nothing follows that could complete a tag
    private void scan(boolean all) {
        while (held.length() > 0) {
            int begin = 0;
            Tag found = tagAt(0);
            while (found == null && begin < held.length() && (all || !mayBeginTag(begin))) {
                begin++;
                found = tagAt(begin);
            }
            if (begin > 0) {
                release(begin);
            } else if (found != null) {
                held.take(found.text.length());
                take(found);
            } else {
                return;
            }
        }
    }

    private @Nullable Tag tagAt(int at) {
        for (Tag tag : byText) {
            if (held.has(tag.text, at) && fits(tag, at)) {
                return tag;
            }
        }
        return null;
    }

    private boolean mayBeginTag(int at) {
        for (Tag tag : byText) {
            if (held.mayBecome(tag.text, at) && fits(tag, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean fits(Tag tag, int at) {
        return isActive(tag) && (tag.role != Role.OPEN_THOUGHT || atStart && held.isBlank(at));
    }

    /// Lets the state have the first `count` held characters, or fewer if it ends before.
    private void release(int count) {
        switch (state) {
            case TEXT -> {
                int blank = 0;
                while (atStart && blank < count && isBlank(blank)) {
                    blank++;
                }
                char first = blank < count ? held.charAt(blank) : ' ';
                if (atStart && blank < count && format.calls().bare() && !tools.isEmpty() && first == '{') {
                    write(held.take(blank), false);
                    open(BARE, null);
                } else {
                    atStart &= blank == count;
                    write(held.take(count), false);
                }
            }
            case THOUGHT -> write(held.take(count), true);
            case ENDED -> writer.tag(held.take(count).toString());
            case CALL -> releaseIntoCall(count);
        }
    }

    private boolean isBlank(int index) {
        return Character.isWhitespace(held.charAt(index)) || calls > 0 && held.charAt(index) == ';';
    }

    private void releaseIntoCall(int count) {
        for (int i = 0; i < count; i++) {
            char c = held.charAt(i);
            if (block.endsWithJson() && !held.isControl(i) && jsonEnd.push(c)) {
                body.append(held.take(i + 1));
                closeCall("");
                return;
            }
        }
        boolean early = body.length() < MOST_OF_A_BEGINNING;
        body.append(held.take(count));
        if (early && !mayBecomeCall(body.toString())) {
            giveBack("");
        }
    }

    /// What cannot become a call is not held back any longer.
    private boolean mayBecomeCall(String beginning) {
        if (opener == null) {
            return JsonCalls.mayBeBare(beginning);
        }
        String text = beginning.stripLeading();
        return block.beginnings().isEmpty()
                || block.beginnings().stream().anyMatch(each -> each.startsWith(text) || text.startsWith(each));
    }

    private void write(MarkedText text, boolean thought) {
        writer.text(text, thought, thought || !tools.isEmpty());
    }

    private void take(Tag tag) {
        switch (tag.role) {
            case OPEN_THOUGHT -> {
                Thoughts thoughts = format.thoughts().orElseThrow();
                writer.tag(tag.text);
                state = State.THOUGHT;
                if (thoughts.begin().isBlank()) {
                    writer.skip(1, " \n");
                } else {
                    writer.header(thoughts.begin());
                }
            }
            case CLOSE_THOUGHT -> {
                if (state == State.CALL) {
                    closeCall("");
                }
                writer.tag(tag.text);
                state = State.TEXT;
                atStart = true;
                writer.skip(2, "\n");
            }
            case SECTION -> {
                if (state == State.CALL) {
                    closeCall("");
                }
                writer.tag(tag.text);
            }
            case OPEN_CALL -> {
                if (state == State.CALL) {
                    closeCall("");
                }
                open(tag.block == null ? BARE : tag.block, tag);
            }
            case CLOSE_CALL -> {
                if (state == State.CALL) {
                    closeCall(tag.text);
                } else {
                    writer.tag(tag.text);
                }
            }
            case END -> {
                if (state == State.CALL) {
                    closeCall("");
                }
                writer.tag(tag.text);
                state = State.ENDED;
            }
        }
    }

    private void open(Block opened, @Nullable Tag tag) {
        inThought = state == State.THOUGHT;
        state = State.CALL;
        block = opened;
        opener = tag;
        body = new MarkedText();
        jsonEnd = new JsonEnd();
        givenBack = false;
    }

    private void closeCall(String closer) {
        String text = body.toString();
        Reading reading = block.reader().read(block.tagged() ? block.open() + text + closer : text, tools);
        if (reading.calls().isEmpty()) {
            giveBack(closer);
            return;
        }
        String rest = text.endsWith(reading.rest()) ? reading.rest() : "";
        String source = block.open() + text.substring(0, text.length() - rest.length());
        for (CallReader.Call call : reading.calls()) {
            int number = tools.callsBefore() + calls++;
            writer.call(new Output.Call(
                    call.id().isEmpty() ? CallIds.of(call, number) : CallIds.numbered(call.id(), number),
                    call.name(),
                    call.arguments(),
                    call.valid(),
                    source));
            source = "";
        }
        state = inThought && !format.calls().closesThought() ? State.THOUGHT : State.TEXT;
        atStart = true;
        MarkedText after = new MarkedText();
        after.append(rest, false);
        write(after, state == State.THOUGHT);
        if (!closer.isEmpty()) {
            writer.tag(closer);
            writer.skip(PieceWriter.MOST_BETWEEN_CALLS, PieceWriter.BETWEEN_CALLS);
        }
    }

    /// What turned out to be no call goes where it was found, with its tags.
    private void giveBack(String closer) {
        state = inThought ? State.THOUGHT : State.TEXT;
        givenBack = closer.isEmpty();
        atStart = false;
        MarkedText text = new MarkedText();
        text.append(block.open(), opener != null && opener.isControl);
        text.append(body);
        text.append(closer, opener != null && opener.isControl);
        write(text, inThought);
    }
}
