package ouverture.server.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.RequestException;

/// The models that a server has, in the order in which they were named.
public final class Models {
    private final Map<String, ServedModel> byName = new LinkedHashMap<>();

    /// @throws RequestException if two have the same name
    public Models(List<? extends ServedModel> models) {
        for (ServedModel model : models) {
            if (byName.put(model.name(), model) != null) {
                throw new RequestException(
                        "Two models are called " + model.name() + "; name one of them: OTHER=" + model.name() + ".");
            }
        }
    }

    /// All of them.
    public List<ServedModel> all() {
        return List.copyOf(byName.values());
    }

    /// The model that a client asks for.
    public Optional<ServedModel> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
