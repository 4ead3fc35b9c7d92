package ouverture;

import ouverture.error.RequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A function that the model may ask the caller to run.
///
/// @param name of letters, digits, `_`, `-`, `.` and `/`
/// @param description what it does, for the model
/// @param parameters JSON Schema of its arguments, an object
public record Tool(String name, String description, String parameters) {
    public Tool {
        if (!name.matches("[\\w./-]{1,128}")) {
            throw new RequestException("'" + name + "' is no name for a tool; use letters, digits, _, -, . and /.");
        }
        try {
            if (!JsonMapper.shared().readTree(parameters).isObject()) {
                throw new RequestException("The parameters of the tool " + name + " are not a JSON object.");
            }
        } catch (JacksonException e) {
            throw new RequestException("The parameters of the tool " + name + " are not JSON.", e);
        }
    }
}
