package ouverture.server.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import ouverture.server.openai.ResponseItem.Said;

/// What is left of a conversation that must fit the context: system and developer messages, and all from a user's
/// message on.
///
/// @param items that are left
/// @param dropped number of the others
record Truncation(List<ResponseItem> items, int dropped) {
    Truncation {
        items = List.copyOf(items);
    }

    /// The whole conversation.
    static Truncation none(List<ResponseItem> items) {
        return new Truncation(items, 0);
    }

    /// As much of the end of a conversation as fits, but at least the last message of a user and what follows it.
    ///
    /// @param fits whether items fit; fewer fit where more do
    static Truncation of(List<ResponseItem> items, Predicate<List<ResponseItem>> fits) {
        if (fits.test(items)) {
            return none(items);
        }
        List<Integer> starts = IntStream.range(1, items.size())
                .filter(i -> items.get(i) instanceof Said said && said.role().equals("user"))
                .boxed()
                .toList();
        if (starts.isEmpty()) {
            return none(items);
        }
        int low = 0;
        int high = starts.size() - 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (fits.test(from(items, starts.get(middle)))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        List<ResponseItem> left = from(items, starts.get(low));
        return new Truncation(left, items.size() - left.size());
    }

    private static List<ResponseItem> from(List<ResponseItem> items, int start) {
        List<ResponseItem> left = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (i >= start || isInstruction(items.get(i))) {
                left.add(items.get(i));
            }
        }
        return left;
    }

    private static boolean isInstruction(ResponseItem item) {
        return item instanceof Said said
                && (said.role().equals("system") || said.role().equals("developer"));
    }
}
