package ouverture.server.openai;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ouverture.ChatRequest;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.model.ServedModel;
import ouverture.server.openai.ResponseItem.Called;
import ouverture.server.openai.ResponseItem.Result;
import ouverture.server.openai.ResponseItem.Said;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What becomes of a conversation that does not fit the context, where its client wants it shortened: the oldest
/// turns go, and then, behind the last message of the user, the oldest rounds of tools. A turn begins with a message
/// of the user, so that what is left is a conversation as chat templates know it. System messages stay, and so do
/// the last message of the user and the latest round.
///
/// @param chat what the model is asked
/// @param dropped ids of the items that it is not told of, oldest first
record Truncation(ChatRequest chat, List<String> dropped) {
    /// Without a limit of its own an answer has this part of the context.
    private static final int ANSWERS_PART = 8;

    /// `truncation`: whether a conversation may be shortened.
    static final Field<Boolean> FIELD = Field.of(
            "truncation",
            JsonTypes.oneOf(modes()),
            false,
            "\"disabled\"",
            "`auto` drops the oldest items where the conversation, with `max_output_tokens` or else an eighth of the"
                    + " context for the answer, does not fit; `truncation_applied` in the response names them");

    Truncation {
        dropped = List.copyOf(dropped);
    }

    private static Map<String, Boolean> modes() {
        Map<String, Boolean> modes = new LinkedHashMap<>();
        modes.put("disabled", false);
        modes.put("auto", true);
        return modes;
    }

    /// Shortens a conversation as far as it must be, if it may be.
    ///
    /// @param chat with the whole conversation
    /// @param items the whole conversation
    /// @return what is still too long where not enough may go: the engine refuses it
    /// @throws ouverture.error.OuvertureException if the model has no chat template, or it refuses the conversation
    static Truncation of(ResponseRequest request, ChatRequest chat, List<ResponseItem> items, ServedModel model) {
        Truncation whole = new Truncation(chat, List.of());
        if (!request.truncates()) {
            return whole;
        }
        int context = model.info().cachePositions();
        int room = chat.maxTokens() > 0 ? context - chat.maxTokens() + 1 : context - context / ANSWERS_PART;
        List<List<ResponseItem>> parts = parts(items);
        if (parts.isEmpty() || model.promptTokens(chat) <= room) {
            return whole;
        }
        int least = 1;
        int most = parts.size();
        while (least < most) {
            int middle = (least + most) / 2;
            if (model.promptTokens(without(request, items, parts.subList(0, middle)).chat) <= room) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        return without(request, items, parts.subList(0, least));
    }

    /// What may go, in the order in which it goes.
    private static List<List<ResponseItem>> parts(List<ResponseItem> items) {
        int last = items.size() - 1;
        while (last >= 0 && !isSaidBy(items.get(last), "user")) {
            last--;
        }
        List<List<ResponseItem>> parts = new ArrayList<>();
        for (int i = 0; i < last; i++) {
            ResponseItem item = items.get(i);
            if (isSaidBy(item, "system") || isSaidBy(item, "developer")) {
                continue;
            }
            if (parts.isEmpty() || isSaidBy(item, "user")) {
                parts.add(new ArrayList<>());
            }
            parts.getLast().add(item);
        }
        List<List<ResponseItem>> rounds = new ArrayList<>();
        for (int i = last + 1; i < items.size(); i++) {
            ResponseItem item = items.get(i);
            if (isSaidBy(item, "system") || isSaidBy(item, "developer")) {
                continue;
            }
            if (rounds.isEmpty() || rounds.getLast().getLast() instanceof Result && !(item instanceof Result)) {
                rounds.add(new ArrayList<>());
            }
            rounds.getLast().add(item);
        }
        parts.addAll(rounds.subList(0, Math.max(0, rounds.size() - 1)));
        return parts;
    }

    private static boolean isSaidBy(ResponseItem item, String role) {
        return item instanceof Said said && said.role().equals(role);
    }

    private static Truncation without(
            ResponseRequest request, List<ResponseItem> items, List<List<ResponseItem>> parts) {
        Set<String> ids = new HashSet<>();
        Set<String> calls = new HashSet<>();
        for (List<ResponseItem> part : parts) {
            for (ResponseItem item : part) {
                ids.add(item.id());
                if (item instanceof Called called) {
                    calls.add(called.call().id());
                }
            }
        }
        List<ResponseItem> left = new ArrayList<>();
        List<String> dropped = new ArrayList<>();
        for (ResponseItem item : items) {
            // A result may come turns after its call.
            boolean goes = ids.contains(item.id()) || item instanceof Result result && calls.contains(result.callId());
            if (goes) {
                dropped.add(item.id());
            } else {
                left.add(item);
            }
        }
        return new Truncation(request.chat(left), dropped);
    }

    /// Adds to a response what was dropped.
    static void put(List<String> dropped, ObjectNode response) {
        ArrayNode ids = response.putObject("truncation_applied").putArray("dropped_items");
        dropped.forEach(ids::add);
    }
}
