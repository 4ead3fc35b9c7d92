package ouverture.text.output;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The tools of a request, as far as a parser needs them.
///
/// @param textParameters by the name of the tool, its parameters that are strings
/// @param callsBefore calls that the conversation has already
public record DeclaredTools(Map<String, Set<String>> textParameters, int callsBefore) {
    /// A request without tools.
    public static final DeclaredTools NONE = new DeclaredTools(Map.of(), 0);

    /// @param schemas JSON Schema of the parameters by the name of the tool
    public static DeclaredTools of(Map<String, String> schemas, int callsBefore) {
        Map<String, Set<String>> parameters = new HashMap<>();
        schemas.forEach((name, schema) -> parameters.put(name, texts(schema)));
        return new DeclaredTools(parameters, callsBefore);
    }

    private static Set<String> texts(String schema) {
        Set<String> texts = new TreeSet<>();
        try {
            for (Map.Entry<String, JsonNode> parameter :
                    CallJson.MAPPER.readTree(schema).path("properties").properties()) {
                if (parameter.getValue().path("type").asString("").equals("string")) {
                    texts.add(parameter.getKey());
                }
            }
        } catch (JacksonException e) {
            // A schema that is no JSON declares nothing; the request's own check tells the user.
        }
        return texts;
    }

    boolean isEmpty() {
        return textParameters.isEmpty();
    }

    boolean has(String name) {
        return textParameters.containsKey(name);
    }

    boolean isText(String tool, String parameter) {
        return textParameters.getOrDefault(tool, Set.of()).contains(parameter);
    }
}
