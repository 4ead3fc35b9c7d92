package ouverture.text.output;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
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
/// a tag in plain text only where the answer begins, and closed by one once, be it after a call that has ended
/// it.
///
/// Calls are read where the request has tools, and where their tags are control tokens, which mean nothing as
/// text. Without tools other tags are text: a program that describes its tools in a message of its own gets the
/// answer as it is. A block that names no tool is given back: it is read again as if its opening tag were text,
/// so that a thought in it is no part of the answer. A block with a name and bad arguments is a call that is not
/// valid.
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
    private final List<Tag> tags = new ArrayList<>();
    private final Set<Integer> tagIds = new HashSet<>();
    private final PieceWriter writer = new PieceWriter();
    private final MarkedText held = new MarkedText();
    private State state;
    private boolean atStart = true;
    /// Whether a thought was opened and its closing tag has not come: a call may have ended it.
    private boolean mayClose;
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
        this.mayClose = inThought;
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
        tags.add(new Tag(text, role, opened, special, special && tokenizer.kind(id) == TokenKind.CONTROL));
        if (special) {
            tagIds.add(id);
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
            boolean isTag = tagIds.contains(id);
            if (isTag || tokenizer.kind(id) == TokenKind.CONTROL) {
                held.append(decoder.flush(), false);
                int at = held.length();
                held.append(tokenizer.piece(id), tokenizer.kind(id) == TokenKind.CONTROL);
                if (isTag) {
                    held.markTag(at);
                }
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
        while (state == State.CALL) {
            closeCall(null);
            scan(true);
        }
        writer.settle(isThinking());
        return writer.drain();
    }

    /// Whether a tag means something now.
    ///
    /// @param certain whether it is one whatever stands around it
    private boolean isActive(Tag tag, boolean certain) {
        return switch (tag.role) {
            case OPEN_THOUGHT -> state == State.TEXT;
            case CLOSE_THOUGHT ->
                switch (state) {
                    case THOUGHT -> true;
                    case CALL -> inThought;
                    case TEXT -> tag.isToken || mayClose;
                    case ENDED -> false;
                };
            case SECTION -> state != State.ENDED && readsCalls(tag);
            case OPEN_CALL -> (state == State.CALL ? tag.equals(opener) : state != State.ENDED) && readsCalls(tag);
            case CLOSE_CALL ->
                switch (state) {
                    case TEXT, THOUGHT -> certain && readsCalls(tag);
                    case CALL -> block.closers().contains(tag.text) && readsCalls(tag);
                    case ENDED -> false;
                };
            case END -> state != State.ENDED;
        };
    }

    private boolean readsCalls(Tag tag) {
        return tag.isControl || !tools.isEmpty();
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
                take(found);
            } else {
                return;
            }
        }
    }

    private @Nullable Tag tagAt(int at) {
        for (Tag tag : tags) {
            if (held.has(tag.text, at) && (!tag.isToken || held.isTag(at)) && fits(tag, at)) {
                return tag;
            }
        }
        return null;
    }

    private boolean mayBeginTag(int at) {
        for (Tag tag : tags) {
            if (!tag.isToken && held.mayBecome(tag.text, at) && fits(tag, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean fits(Tag tag, int at) {
        boolean opensAnywhere = tag.role != Role.OPEN_THOUGHT || tag.isToken;
        return isActive(tag, held.isTag(at)) && (opensAnywhere || atStart && blank(at) == at);
    }

    /// How many of the first `count` held characters are blank, up to the first that is not.
    private int blank(int count) {
        int blank = 0;
        while (blank < count && isBlank(blank)) {
            blank++;
        }
        return blank;
    }

    private boolean isBlank(int index) {
        return Character.isWhitespace(held.charAt(index)) || calls > 0 && held.charAt(index) == ';';
    }

    /// Lets the state have the first `count` held characters, or fewer if it ends before.
    private void release(int count) {
        switch (state) {
            case TEXT -> {
                int blank = atStart ? blank(count) : 0;
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

    private void releaseIntoCall(int count) {
        for (int i = 0; i < count; i++) {
            char c = held.charAt(i);
            if (block.endsWithJson() && !held.isControl(i) && jsonEnd.push(c)) {
                body.append(held.take(i + 1));
                closeCall(null);
                return;
            }
        }
        boolean early = body.length() < MOST_OF_A_BEGINNING;
        body.append(held.take(count));
        if (early && !mayBecomeCall(body.toString())) {
            giveBack();
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

    /// Takes the tag that the held text begins with; in a call, ends the call first.
    private void take(Tag tag) {
        if (state == State.CALL) {
            held.markTag(0);
            closeCall(tag.role == Role.CLOSE_CALL ? tag : null);
            return;
        }
        MarkedText text = held.take(tag.text.length());
        switch (tag.role) {
            case OPEN_THOUGHT -> {
                Thoughts thoughts = format.thoughts().orElseThrow();
                writer.tag(tag.text);
                state = State.THOUGHT;
                mayClose = true;
                if (thoughts.begin().isBlank()) {
                    writer.skip(1, " \n");
                } else {
                    writer.header(thoughts.begin());
                }
            }
            case CLOSE_THOUGHT -> {
                writer.tag(tag.text);
                state = State.TEXT;
                mayClose = false;
                atStart = true;
                writer.skip(2, "\n");
            }
            case SECTION -> writer.tag(tag.text);
            case OPEN_CALL -> open(tag.block == null ? BARE : tag.block, tag);
            case CLOSE_CALL -> {
                if (givenBack) {
                    givenBack = false;
                    atStart = false;
                    write(text, isThinking());
                } else {
                    writer.tag(tag.text);
                }
            }
            case END -> {
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

    /// Ends a block. What of it is no call is held again, before what follows.
    ///
    /// @param closer the tag that ends it, with which the held text begins; null if something else ends it
    private void closeCall(@Nullable Tag closer) {
        String text = body.toString();
        String whole = block.tagged() ? block.open() + text + (closer == null ? "" : closer.text) : text;
        Reading reading = block.reader().read(whole, tools);
        if (reading.calls().isEmpty()) {
            giveBack();
            return;
        }
        MarkedText called = body.take(
                text.length() - (text.endsWith(reading.rest()) ? reading.rest().length() : 0));
        String source = block.open() + called;
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
        if (closer != null && body.length() == 0) {
            writer.tag(held.take(closer.text.length()).toString());
            writer.skip(PieceWriter.MOST_BETWEEN_CALLS, PieceWriter.BETWEEN_CALLS);
        }
        held.prepend(body);
    }

    /// What turned out to be no call is read again where it was found; only its opening tag is none.
    private void giveBack() {
        state = inThought ? State.THOUGHT : State.TEXT;
        givenBack = true;
        atStart = false;
        MarkedText text = new MarkedText();
        text.append(block.open(), opener != null && opener.isControl);
        write(text, inThought);
        held.prepend(body);
    }
}
