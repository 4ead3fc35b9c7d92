package ouverture.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What stands behind `|`.
final class Filters {
    static final Map<String, Filter> ALL;

    private static final Set<String> REFUSED = Set.of("random", "urlize", "pprint", "wordwrap");

    static {
        Map<String, Filter> filters = new HashMap<>();
        TextFilters.addTo(filters);
        ValueFilters.addTo(filters);
        SequenceFilters.addTo(filters);
        SelectionFilters.addTo(filters);
        for (String name : REFUSED) {
            filters.put(name, (_, _, _) -> {
                throw new Failure("the filter '" + name + "' is not offered to chat templates");
            });
        }
        ALL = Map.copyOf(filters);
    }

    private Filters() {}

    interface Filter {
        Object apply(Rendering rendering, Object value, Arguments arguments);
    }

    static Failure unknown(String name) {
        return new Failure("there is no filter named '" + name + "'");
    }
}
