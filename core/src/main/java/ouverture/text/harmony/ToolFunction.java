package ouverture.text.harmony;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A function that a model may call.
///
/// @param parameters JSON schema of its arguments, in the order in which they are shown; null for a function
///     without arguments. Values are null, Boolean, Integer, Long, BigInteger, Double, String, and lists and maps
///     of these
public record ToolFunction(
        String name, String description, @Nullable Map<String, ?> parameters) {}
