package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import ouverture.error.RequestException;
import ouverture.text.Tokenizer;

/// Renders conversations as the models were trained on them.
public final class HarmonyRenderer {
    /// A recipient that is not written: everybody.
    private static final String ALL = "all";

    private final Sink sink;

    /// Where a rendering goes. Each text is encoded on its own.
    private interface Sink {
        void control(HarmonyControl control);

        void text(String text);
    }

    private HarmonyRenderer(Sink sink) {
        this.sink = sink;
    }

    /// A conversation as text, for people. Encoding it is no way to get ids: what a user wrote may read like
    /// control tokens.
    ///
    /// @throws RequestException if a tool has no name, or a function's schema is nested too deep or too long
    public static String text(HarmonyConversation conversation) {
        StringBuilder text = new StringBuilder();
        new HarmonyRenderer(new Sink() {
                    @Override
                    public void control(HarmonyControl control) {
                        text.append(control.text());
                    }

                    @Override
                    public void text(String more) {
                        text.append(more);
                    }
                })
                .render(conversation);
        return text.toString();
    }

    /// A conversation as token ids. No text in it, whoever wrote it, becomes a control token.
    ///
    /// @throws RequestException if a tool has no name, or a function's schema is nested too deep or too long
    public static int[] ids(HarmonyConversation conversation, HarmonyVocabulary vocabulary) {
        Tokenizer tokenizer = vocabulary.tokenizer();
        IntStream.Builder ids = IntStream.builder();
        new HarmonyRenderer(new Sink() {
                    @Override
                    public void control(HarmonyControl control) {
                        ids.accept(vocabulary.id(control));
                    }

                    @Override
                    public void text(String text) {
                        for (int id : tokenizer.encode(text, false, false)) {
                            ids.accept(id);
                        }
                    }
                })
                .render(conversation);
        return ids.build().toArray();
    }

    private void render(HarmonyConversation conversation) {
        boolean functions = conversation.messages().stream()
                .anyMatch(message -> message.content() instanceof HarmonyContent.DeveloperSettings developer
                        && !developer.functions().isEmpty());
        List<HarmonyMessage> messages = conversation.kept();
        for (int i = 0; i < messages.size(); i++) {
            HarmonyMessage message = messages.get(i);
            header(message.header());
            sink.control(HarmonyControl.MESSAGE);
            sink.text(
                    switch (message.content()) {
                        case HarmonyContent.Text text -> text.text();
                        case HarmonyContent.SystemSettings system -> system(system, functions);
                        case HarmonyContent.DeveloperSettings developer -> developer(developer);
                    });
            boolean last = i == messages.size() - 1;
            sink.control(end(message, conversation.forTraining() && last));
        }
        if (conversation.nextRole() != null) {
            sink.control(HarmonyControl.START);
            sink.text(conversation.nextRole().word());
        }
    }

    private static HarmonyControl end(HarmonyMessage message, boolean endsTraining) {
        if (message.header().role() != HarmonyRole.ASSISTANT) {
            return HarmonyControl.END;
        }
        if (endsTraining && message.isFinal()) {
            return HarmonyControl.RETURN;
        }
        return message.header().recipient() == null ? HarmonyControl.END : HarmonyControl.CALL;
    }

    private void header(HarmonyHeader header) {
        sink.control(HarmonyControl.START);
        if (header.role() == HarmonyRole.TOOL) {
            if (header.name() == null) {
                throw new RequestException(
                        "A message of a tool has no name; give the tool's full name, as in functions.lookup.");
            }
            sink.text(header.name());
        } else {
            sink.text(header.role().word());
            if (header.name() != null) {
                sink.text(":" + header.name());
            }
        }
        if (header.recipient() != null && !header.recipient().equals(ALL)) {
            sink.text(" to=" + header.recipient());
        }
        if (header.channel() != null) {
            sink.control(HarmonyControl.CHANNEL);
            sink.text(header.channel());
        }
        String type = header.contentType();
        if (type != null) {
            String constrain = HarmonyControl.CONSTRAIN.text();
            if (type.startsWith(constrain)) {
                sink.text(" ");
                sink.control(HarmonyControl.CONSTRAIN);
                sink.text(type.substring(constrain.length()));
            } else {
                sink.text(" " + type);
            }
        }
    }

    private static String system(HarmonyContent.SystemSettings system, boolean functions) {
        List<String> top = new ArrayList<>();
        if (system.modelIdentity() != null) {
            top.add(system.modelIdentity());
        }
        if (system.knowledgeCutoff() != null) {
            top.add("Knowledge cutoff: " + system.knowledgeCutoff());
        }
        if (system.conversationStartDate() != null) {
            top.add("Current date: " + system.conversationStartDate());
        }
        List<String> sections = new ArrayList<>();
        if (!top.isEmpty()) {
            sections.add(String.join("\n", top));
        }
        if (system.reasoningEffort() != null) {
            sections.add("Reasoning: " + system.reasoningEffort());
        }
        if (!system.tools().isEmpty()) {
            sections.add(ToolDeclarations.section(system.tools()));
        }
        if (!system.validChannels().isEmpty()) {
            sections.add("# Valid channels: " + String.join(", ", system.validChannels()) + "."
                    + (system.channelRequired() ? " Channel must be included for every message." : "")
                    + (functions
                            ? "\nCalls to these tools must go to the commentary channel: '" + ToolNamespace.FUNCTIONS
                                    + "'."
                            : ""));
        }
        return String.join("\n\n", sections);
    }

    private static String developer(HarmonyContent.DeveloperSettings developer) {
        List<String> sections = new ArrayList<>();
        if (developer.instructions() != null) {
            sections.add("# Instructions");
            sections.add(developer.instructions());
        }
        if (!developer.functions().isEmpty()) {
            sections.add(ToolDeclarations.section(
                    List.of(new ToolNamespace(ToolNamespace.FUNCTIONS, "", developer.functions()))));
        }
        return String.join("\n\n", sections);
    }
}
