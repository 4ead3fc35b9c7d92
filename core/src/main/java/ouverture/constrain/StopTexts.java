package ouverture.constrain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/// Finds the first of several texts in a stream of bytes: a node for each beginning of them, 0 for none.
final class StopTexts {
    private final List<int[]> ways = new ArrayList<>();
    private final List<Integer> stops = new ArrayList<>();

    /// @param texts none of them empty
    StopTexts(List<String> texts) {
        add();
        for (int i = 0; i < texts.size(); i++) {
            int node = 0;
            for (byte b : texts.get(i).getBytes(StandardCharsets.UTF_8)) {
                int[] from = ways.get(node);
                if (from[b & 0xFF] < 0) {
                    from[b & 0xFF] = add();
                }
                node = from[b & 0xFF];
            }
            stops.set(node, i);
        }
        complete();
    }

    private int add() {
        int[] none = new int[256];
        Arrays.fill(none, -1);
        ways.add(none);
        stops.add(-1);
        return ways.size() - 1;
    }

    /// Adds the ways back to shorter beginnings, level by level.
    private void complete() {
        int[] shorter = new int[ways.size()];
        Deque<Integer> queue = new ArrayDeque<>(List.of(0));
        while (!queue.isEmpty()) {
            int node = queue.remove();
            int[] from = ways.get(node);
            for (int b = 0; b < from.length; b++) {
                int back = node == 0 ? 0 : ways.get(shorter[node])[b];
                if (from[b] < 0) {
                    from[b] = back;
                } else {
                    int target = from[b];
                    shorter[target] = back;
                    if (stops.get(target) < 0) {
                        stops.set(target, stops.get(back));
                    }
                    queue.add(target);
                }
            }
        }
    }

    int count() {
        return ways.size();
    }

    /// The node after a byte, 0 to 255.
    int next(int node, int value) {
        return ways.get(node)[value];
    }

    /// The index of the text that a node is the end of, or -1.
    int stop(int node) {
        return stops.get(node);
    }
}
