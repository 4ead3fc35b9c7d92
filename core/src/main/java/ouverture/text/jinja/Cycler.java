package ouverture.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `cycler(…)` gives: goes through its items again and again.
final class Cycler {
    private final List<Object> items;
    private int position;

    Cycler(List<Object> items) {
        if (items.isEmpty()) {
            throw new Failure("cycler() needs at least one item");
        }
        this.items = items;
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "current" -> items.get(position);
            case "next" ->
                new Function(name, (_, arguments) -> {
                    arguments.none(name);
                    Object item = items.get(position);
                    position = (position + 1) % items.size();
                    return item;
                });
            case "reset" ->
                new Function(name, (_, arguments) -> {
                    arguments.none(name);
                    position = 0;
                    return None.NONE;
                });
            default -> null;
        };
    }
}
