package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;

/// The grammar of messages over control tokens and text, whether these come from ids or from written-out text.
///
/// Lenient reading never fails and drops nothing but control tokens and white space around headers.
final class MessageReader {
    private final boolean strict;
    private final List<HarmonyMessage> messages = new ArrayList<>();
    private final StringBuilder content = new StringBuilder();
    private List<HarmonyEvent> events = new ArrayList<>();
    private Phase phase;
    private @Nullable HarmonyRole given;
    private RawHeader raw = new RawHeader();
    private boolean begun;
    private boolean headless;
    private HarmonyHeader header = HarmonyHeader.of(HarmonyRole.ASSISTANT);

    private enum Phase {
        BETWEEN,
        HEADER,
        CONTENT
    }

    /// @param role of the turn that the prompt opened; null if a whole conversation is read
    MessageReader(boolean strict, @Nullable HarmonyRole role) {
        this.strict = strict;
        this.given = role;
        this.phase = role == null ? Phase.BETWEEN : Phase.HEADER;
    }

    List<HarmonyMessage> messages() {
        return List.copyOf(messages);
    }

    /// The header of the message whose text is being read.
    Optional<HarmonyHeader> header() {
        return phase == Phase.CONTENT ? Optional.of(header) : Optional.empty();
    }

    /// The role of the current message, as far as it is known.
    Optional<HarmonyRole> role() {
        return phase == Phase.CONTENT ? Optional.of(header.role()) : Optional.ofNullable(given);
    }

    /// The current message's text so far.
    String content() {
        return phase == Phase.CONTENT ? content.toString() : "";
    }

    /// What was found since this was last called.
    List<HarmonyEvent> takeEvents() {
        List<HarmonyEvent> taken = events;
        events = new ArrayList<>();
        return taken;
    }

    /// @throws RequestException if reading is strict and the token may not stand here
    void control(HarmonyControl control) {
        switch (phase) {
            case BETWEEN -> controlBetween(control);
            case HEADER -> controlInHeader(control);
            case CONTENT -> controlInContent(control);
        }
    }

    private void controlBetween(HarmonyControl control) {
        if (control == HarmonyControl.START) {
            beginHeader(true, null);
        } else if (strict) {
            throw notAStart(control.text());
        } else if (!control.endsMessage()) {
            beginHeader(false, null);
            controlInHeader(control);
        }
    }

    private void controlInHeader(HarmonyControl control) {
        switch (control) {
            case CHANNEL, CONSTRAIN -> raw.add(control);
            case MESSAGE -> completeHeader();
            case START, END, RETURN, CALL -> {
                if (strict) {
                    throw StrictHeader.malformed(
                            "unexpected tokens remaining in message header, which " + control.text()
                                    + " breaks off before <|message|>",
                            raw.text());
                }
                closeHeader(control);
                if (control == HarmonyControl.START) {
                    beginHeader(true, null);
                }
            }
        }
    }

    private void controlInContent(HarmonyControl control) {
        if (control.endsMessage()) {
            close(Optional.of(control));
        } else if (strict) {
            append(control.text()); // as the reference library reads it
        } else {
            switch (control) {
                case START -> {
                    close(Optional.empty());
                    beginHeader(true, null);
                }
                case CHANNEL -> {
                    // The model left out the end of one message and the role of the next.
                    HarmonyRole role = header.role();
                    close(Optional.empty());
                    beginHeader(false, role);
                    raw.add(control);
                }
                case MESSAGE -> {
                    if (headless) {
                        HarmonyHeader late = header;
                        close(Optional.empty());
                        open(late, false);
                    }
                }
                case CONSTRAIN, END, RETURN, CALL -> {}
            }
        }
    }

    /// @param text whole code points
    /// @throws RequestException if reading is strict and a message must begin here
    void text(String text) {
        if (text.isEmpty()) {
            return;
        }
        switch (phase) {
            case BETWEEN -> {
                if (strict) {
                    throw notAStart(text);
                }
                if (!text.isBlank()) {
                    beginHeader(false, null);
                    textInHeader(text);
                }
            }
            case HEADER -> textInHeader(text);
            case CONTENT -> append(text);
        }
    }

    private void textInHeader(String text) {
        raw.add(text);
        if (!strict && raw.isContent()) {
            LenientHeader.Result read = LenientHeader.read(raw, false, begun, given);
            open(read.header(), true);
            append(read.rest());
        }
    }

    /// Ends the stream.
    ///
    /// @throws RequestException if reading is strict and a header is not complete
    void finish() {
        switch (phase) {
            case BETWEEN -> {}
            case HEADER -> {
                if (strict) {
                    throw StrictHeader.malformed("the text ends before it is complete", raw.text());
                }
                closeHeader(null);
            }
            case CONTENT -> close(Optional.empty());
        }
    }

    private void beginHeader(boolean withStart, @Nullable HarmonyRole role) {
        phase = Phase.HEADER;
        raw = new RawHeader();
        begun = withStart;
        given = role;
    }

    private void completeHeader() {
        if (strict) {
            open(StrictHeader.read(raw, given), false);
            return;
        }
        LenientHeader.Result read = LenientHeader.read(raw, true, begun, given);
        HarmonyHeader understood = read.header();
        if (!read.rest().isBlank()) {
            // In front of the content it would spoil a call's arguments.
            open(new HarmonyHeader(understood.role(), understood.name(), understood.channel(), null, null), false);
            append(read.rest().stripTrailing());
            close(Optional.empty());
        }
        open(understood, false);
    }

    /// Ends a header whose content never began: what is no header in it is the content.
    private void closeHeader(@Nullable HarmonyControl end) {
        phase = Phase.BETWEEN;
        LenientHeader.Result read = LenientHeader.read(raw, false, begun, given);
        HarmonyHeader understood = read.header();
        String text = read.rest().stripTrailing();
        given = null;
        boolean bare = HarmonyHeader.of(understood.role()).equals(understood);
        if (!bare || !text.isEmpty()) {
            open(understood, true);
            append(text);
            close(Optional.ofNullable(end == HarmonyControl.START ? null : end));
        }
    }

    private void open(HarmonyHeader opened, boolean withoutEnd) {
        phase = Phase.CONTENT;
        header = opened;
        headless = withoutEnd;
        given = null;
        content.setLength(0);
        events.add(new HarmonyEvent.Opened(opened));
    }

    private void append(String text) {
        if (!text.isEmpty()) {
            content.append(text);
            events.add(new HarmonyEvent.Text(text));
        }
    }

    private void close(Optional<HarmonyControl> end) {
        HarmonyMessage message = HarmonyMessage.text(header, content.toString());
        phase = Phase.BETWEEN;
        messages.add(message);
        events.add(new HarmonyEvent.Closed(message, end));
    }

    private static RequestException notAStart(String found) {
        return new RequestException("A message has to begin with <|start|>; \""
                + (found.length() > 80 ? found.substring(0, 80) + "…" : found) + "\" stands there instead.");
    }
}
