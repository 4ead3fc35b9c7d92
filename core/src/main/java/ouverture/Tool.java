package ouverture;

import ouverture.error.RequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A function that the model may ask the caller to run.
///
/// @param name of letters, digits, `_`, `-`, `.` and `/`
/// @param description what it does, for the model
/// @param parameters JSON Schema of its arguments, an object
/// @param isStrict whether the arguments of calls must fit the schema in any case
public record Tool(String name, String description, String parameters, boolean isStrict) {
    /// A tool whose arguments are what the model makes of the schema.
    public Tool(String name, String description, String parameters) {
        this(name, description, parameters, false);
    }

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
