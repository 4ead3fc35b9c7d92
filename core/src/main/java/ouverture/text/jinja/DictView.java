package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.List;

/// What `keys()`, `values()` and `items()` of a dictionary give.
record DictView(DictValue dict, Kind kind) {
    enum Kind {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }

        String typeName() {
            return typeName;
        }
    }

    List<Object> items() {
        return switch (kind) {
            case KEYS -> dict.keys();
            case VALUES -> dict.values();
            case ITEMS -> {
                List<Object> pairs = new ArrayList<>(dict.size());
                for (DictValue.Entry entry : dict.entries()) {
                    pairs.add(entry.tuple());
                }
                yield pairs;
            }
        };
    }
}
