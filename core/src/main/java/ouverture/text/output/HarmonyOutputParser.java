package ouverture.text.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.text.Tokenizer;
import ouverture.text.harmony.HarmonyEvent;
import ouverture.text.harmony.HarmonyHeader;
import ouverture.text.harmony.HarmonyParser;
import ouverture.text.harmony.HarmonyRole;
import ouverture.text.harmony.HarmonyVocabulary;

/// gpt-oss's messages as pieces: the channel `analysis` is a thought, a message with a recipient is a call on any
/// channel, everything else is the answer. Headers are left out of the sources.
final class HarmonyOutputParser implements OutputParser {
    private static final String TURN = "<|start|>assistant";
    private static final String FUNCTIONS = "functions.";
    private static final String PYTHON = "python";
    private static final String BETWEEN_MESSAGES = "\n\n";

    private enum Kind {
        NONE,
        TEXT,
        THINKING,
        CALL
    }

    private final HarmonyParser parser;
    private final DeclaredTools tools;
    private Kind kind = Kind.NONE;
    private Kind last = Kind.NONE;
    private final StringBuilder body = new StringBuilder();
    private String recipient = "";
    private String separator = "";
    private int calls;

    /// @param prompt what the answer goes on with
    HarmonyOutputParser(Tokenizer tokenizer, DeclaredTools tools, String prompt) {
        this.tools = tools;
        this.parser = HarmonyParser.lenient(new HarmonyVocabulary(tokenizer), HarmonyRole.ASSISTANT);
        int turn = prompt.lastIndexOf(TURN);
        String begun = turn < 0 ? "" : prompt.substring(turn + TURN.length());
        for (int id : tokenizer.encode(begun, false, true)) {
            pieces(parser.feed(id));
        }
    }

    @Override
    public List<Output> push(int id) {
        return pieces(parser.feed(id));
    }

    @Override
    public List<Output> finish() {
        return pieces(parser.finish());
    }

    @Override
    public boolean isThinking() {
        return kind == Kind.THINKING;
    }

    @Override
    public boolean hasEnded() {
        return false;
    }

    private List<Output> pieces(List<HarmonyEvent> events) {
        List<Output> pieces = new ArrayList<>();
        for (HarmonyEvent event : events) {
            switch (event) {
                case HarmonyEvent.Opened(HarmonyHeader header) -> open(header);
                case HarmonyEvent.Text(String text) -> text(text, pieces);
                case HarmonyEvent.Closed _ -> {
                    if (kind == Kind.CALL) {
                        pieces.add(call());
                    }
                    kind = Kind.NONE;
                }
            }
        }
        return pieces;
    }

    private void open(HarmonyHeader header) {
        String to = toolOf(header.recipient()).orElse("");
        if (!to.isEmpty()) {
            kind = Kind.CALL;
            recipient = to;
            body.setLength(0);
        } else {
            kind = HarmonyHeader.ANALYSIS.equals(header.channel()) ? Kind.THINKING : Kind.TEXT;
            separator = kind == last ? BETWEEN_MESSAGES : "";
        }
    }

    private static Optional<String> toolOf(@Nullable String recipient) {
        return Optional.ofNullable(recipient)
                .map(name -> name.startsWith(FUNCTIONS) ? name.substring(FUNCTIONS.length()) : name)
                .filter(name -> !name.isEmpty() && HarmonyRole.of(name).isEmpty());
    }

    private void text(String text, List<Output> pieces) {
        switch (kind) {
            case CALL -> body.append(text);
            case THINKING -> pieces.add(new Output.Thinking(separator + text));
            case TEXT, NONE -> pieces.add(new Output.Text(separator + text));
        }
        if (kind != Kind.CALL) {
            separator = "";
            last = kind;
        }
    }

    private Output.Call call() {
        CallReader.Call call = CallJson.call("", recipient, body.toString());
        if (!call.valid() && recipient.equals(PYTHON)) {
            call = NamedCalls.python(body.toString());
        }
        int number = tools.callsBefore() + calls++;
        return new Output.Call(CallIds.of(call, number), call.name(), call.arguments(), call.valid(), body.toString());
    }
}
