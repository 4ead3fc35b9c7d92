package ouverture.text.harmony;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.text.TokenDecoder;
import ouverture.text.Tokenizer;

/// Reads messages from a stream of token ids as it comes. Not safe for use by several threads.
///
/// A lenient parser is total: whatever ids come, nothing is thrown, and all text ends up in a message, in its
/// header or its content. It accepts a recipient before or after the channel or without its `to=`; content types
/// with or without their control token; headers without a role, a channel, an end, or with words that belong to
/// none; messages without an end. Text counts as content as soon as it cannot be a header any more.
public final class HarmonyParser {
    private final HarmonyVocabulary vocabulary;
    private final boolean strict;
    private final TokenDecoder decoder;
    private final MessageReader reader;
    private String delta = "";

    private HarmonyParser(HarmonyVocabulary vocabulary, boolean strict, @Nullable HarmonyRole role) {
        this.vocabulary = vocabulary;
        this.strict = strict;
        this.reader = new MessageReader(strict, role);
        Tokenizer tokenizer = vocabulary.tokenizer();
        decoder = strict ? tokenizer.rawDecoder() : tokenizer.continuingDecoder();
    }

    /// A parser that refuses what the reference library refuses.
    ///
    /// @param role of the turn that the prompt opened; null where the stream begins with a whole message
    public static HarmonyParser strict(HarmonyVocabulary vocabulary, @Nullable HarmonyRole role) {
        return new HarmonyParser(vocabulary, true, role);
    }

    /// A parser that never fails, for what models write.
    ///
    /// @param role of the turn that the prompt opened; null where the stream begins with a whole message
    public static HarmonyParser lenient(HarmonyVocabulary vocabulary, @Nullable HarmonyRole role) {
        return new HarmonyParser(vocabulary, false, role);
    }

    /// Messages in text whose control tokens are written out, all of which count.
    ///
    /// @param role of the turn that the prompt opened; null where the text begins with a whole message
    /// @throws RequestException if reading is strict and the text breaks the format
    public static List<HarmonyMessage> parse(String text, boolean strict, @Nullable HarmonyRole role) {
        MessageReader reader = new MessageReader(strict, role);
        HarmonyText.split(text, reader::control, reader::text);
        reader.finish();
        return reader.messages();
    }

    /// Takes the next id.
    ///
    /// @return what it made certain, in order; often nothing or a single event
    /// @throws RequestException from a strict parser, if the id may not stand here or the vocabulary lacks it
    public List<HarmonyEvent> feed(int id) {
        Optional<HarmonyControl> control = vocabulary.control(id);
        if (control.isPresent()) {
            reader.text(decoder.flush());
            reader.control(control.get());
        } else if (strict || id >= 0 && id < vocabulary.tokenizer().size()) {
            reader.text(decoder.push(id));
        }
        return taken();
    }

    /// Ends the stream: the message that is open is complete.
    ///
    /// @return what that made certain
    /// @throws RequestException from a strict parser, if the stream ends within a header
    public List<HarmonyEvent> finish() {
        reader.text(decoder.flush());
        reader.finish();
        return taken();
    }

    private List<HarmonyEvent> taken() {
        List<HarmonyEvent> events = reader.takeEvents();
        StringBuilder text = new StringBuilder();
        for (HarmonyEvent event : events) {
            switch (event) {
                case HarmonyEvent.Opened _, HarmonyEvent.Closed _ -> text.setLength(0);
                case HarmonyEvent.Text more -> text.append(more.text());
            }
        }
        delta = text.toString();
        return events;
    }

    /// The complete messages so far.
    public List<HarmonyMessage> messages() {
        return reader.messages();
    }

    /// The header of the message whose content is being read; empty between messages and within headers.
    public Optional<HarmonyHeader> header() {
        return reader.header();
    }

    /// The role of the current message, which may be known before the rest of its header.
    public Optional<HarmonyRole> role() {
        return reader.role();
    }

    /// The channel of the message whose content is being read.
    public Optional<String> channel() {
        return reader.header().map(HarmonyHeader::channel);
    }

    /// The recipient of the message whose content is being read.
    public Optional<String> recipient() {
        return reader.header().map(HarmonyHeader::recipient);
    }

    /// The type of the content that is being read.
    public Optional<String> contentType() {
        return reader.header().map(HarmonyHeader::contentType);
    }

    /// The content of the current message so far.
    public String content() {
        return reader.content();
    }

    /// What the last id added to the content of the message that is open now; empty if nothing.
    public String delta() {
        return delta;
    }
}
