package ouverture.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;

/// A model file's header in GGUF's names, whatever the file. A key is looked up as it stands and then under the
/// architecture's prefix: `block_count` finds `llama.block_count`.
///
/// Values are Boolean, Long, Double, String, or a list of one of these; lists of numbers may also be `int[]`,
/// `long[]` or `float[]`.
public final class Metadata {
    private final String file;
    private final String architecture;
    private final Map<String, Object> values;

    /// @param file name of the file, for messages
    /// @param values by full key, in the file's order
    public Metadata(String file, Map<String, Object> values) {
        this.file = file;
        this.values = values;
        this.architecture = values.get("general.architecture") instanceof String s ? s : "";
    }

    /// The file's name, for messages.
    public String file() {
        return file;
    }

    /// Name of the network's architecture (`general.architecture`), empty if the file has none.
    public String architecture() {
        return architecture;
    }

    /// Tokens of the longest sequence that the model was made for (`context_length`), at least 1.
    ///
    /// @throws ModelFileException if the key is missing or not positive
    public int contextLength() {
        int tokens = integer("context_length");
        if (tokens < 1) {
            throw new ModelFileException(file + " has a context of " + tokens + " tokens: the header is damaged.");
        }
        return tokens;
    }

    /// All entries in the file's order.
    public Map<String, Object> values() {
        return values;
    }

    public boolean has(String key) {
        return find(key) != null;
    }

    /// Whether a key has a list, rather than one value or nothing.
    public boolean isList(String key) {
        return switch (find(key)) {
            case List<?> _, int[] _, long[] _, float[] _ -> true;
            case null, default -> false;
        };
    }

    /// @throws ModelFileException if the key is missing, not an integer, or outside of int's range
    public int integer(String key) {
        return asInt(key, required(key));
    }

    /// @throws ModelFileException if the value is not an integer or outside of int's range
    public int integer(String key, int otherwise) {
        Object value = find(key);
        return value == null ? otherwise : asInt(key, value);
    }

    /// @throws ModelFileException if the key is missing or not a number
    public float number(String key) {
        return asFloat(key, required(key));
    }

    /// @throws ModelFileException if the value is not a number
    public float number(String key, float otherwise) {
        Object value = find(key);
        return value == null ? otherwise : asFloat(key, value);
    }

    /// @throws ModelFileException if the value is not a boolean
    public boolean flag(String key, boolean otherwise) {
        return switch (find(key)) {
            case null -> otherwise;
            case Boolean b -> b;
            case Object other -> throw wrongType(key, "a boolean", other);
        };
    }

    /// @throws ModelFileException if the value is not a string
    public Optional<String> string(String key) {
        return switch (find(key)) {
            case null -> Optional.empty();
            case String s -> Optional.of(s);
            case Object other -> throw wrongType(key, "a string", other);
        };
    }

    /// A list of strings. A GGUF file's is decoded anew on each access: iterate it once.
    ///
    /// @throws ModelFileException if the value is not a list of strings
    public Optional<List<String>> strings(String key) {
        Object value = find(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof GgufStrings strings) {
            return Optional.of(strings);
        }
        if (!(value instanceof List<?> list)) {
            throw wrongType(key, "a list of strings", value);
        }
        List<String> strings = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof String s)) {
                throw wrongType(key, "a list of strings", value);
            }
            strings.add(s);
        }
        return Optional.of(strings);
    }

    /// @throws ModelFileException if the value is not a list of integers in int's range
    public Optional<int[]> integers(String key) {
        return switch (find(key)) {
            case null -> Optional.empty();
            case int[] ints -> Optional.of(ints);
            case long[] longs -> {
                int[] ints = new int[longs.length];
                for (int i = 0; i < ints.length; i++) {
                    ints[i] = asInt(key, longs[i]);
                }
                yield Optional.of(ints);
            }
            case List<?> list -> {
                int[] ints = new int[list.size()];
                for (int i = 0; i < ints.length; i++) {
                    ints[i] = asInt(key, list.get(i));
                }
                yield Optional.of(ints);
            }
            case Object other -> throw wrongType(key, "a list of integers", other);
        };
    }

    /// One integer for each of `count` things, such as layers: a list of as many, or one integer that counts for
    /// all.
    ///
    /// @throws ModelFileException if the key is missing or its value something else
    public int[] integers(String key, int count) {
        Object value = required(key);
        if (value instanceof Long) {
            int[] same = new int[count];
            Arrays.fill(same, asInt(key, value));
            return same;
        }
        int[] each = integers(key).orElseThrow();
        if (each.length != count) {
            throw new ModelFileException(
                    file + ": " + fullName(key) + " has " + each.length + " elements and should have " + count + ".");
        }
        return each;
    }

    /// A list of booleans; of integers all but 0 are true.
    ///
    /// @throws ModelFileException if the value is something else
    public Optional<boolean[]> flags(String key) {
        if (find(key) instanceof List<?> list && list.stream().allMatch(Boolean.class::isInstance)) {
            boolean[] flags = new boolean[list.size()];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = (Boolean) list.get(i);
            }
            return Optional.of(flags);
        }
        return integers(key).map(integers -> {
            boolean[] flags = new boolean[integers.length];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = integers[i] != 0;
            }
            return flags;
        });
    }

    /// @throws ModelFileException if the value is not a list of numbers
    public Optional<float[]> numbers(String key) {
        return switch (find(key)) {
            case null -> Optional.empty();
            case float[] floats -> Optional.of(floats);
            case List<?> list -> {
                float[] floats = new float[list.size()];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = asFloat(key, list.get(i));
                }
                yield Optional.of(floats);
            }
            case Object other -> throw wrongType(key, "a list of numbers", other);
        };
    }

    private @Nullable Object find(String key) {
        Object value = values.get(key);
        return value != null || architecture.isEmpty() ? value : values.get(architecture + "." + key);
    }

    private Object required(String key) {
        Object value = find(key);
        if (value == null) {
            throw new ModelFileException(file + " has no " + fullName(key) + ": the file is incomplete.");
        }
        return value;
    }

    private int asInt(String key, Object value) {
        if (!(value instanceof Long n)) {
            throw wrongType(key, "an integer", value);
        }
        if (n.intValue() != n) {
            throw new ModelFileException(file + ": " + fullName(key) + " is " + n + ", which is out of range.");
        }
        return n.intValue();
    }

    private float asFloat(String key, Object value) {
        return switch (value) {
            case Double d -> d.floatValue();
            case Long n -> n.floatValue();
            default -> throw wrongType(key, "a number", value);
        };
    }

    private String fullName(String key) {
        return values.containsKey(key) || architecture.isEmpty() ? key : architecture + "." + key;
    }

    private ModelFileException wrongType(String key, String expected, Object value) {
        return new ModelFileException(
                file + ": " + fullName(key) + " should be " + expected + " and is " + describe(value) + ".");
    }

    private static String describe(Object value) {
        return switch (value) {
            case Boolean _ -> "a boolean";
            case Long _ -> "an integer";
            case Double _ -> "a number";
            case String _ -> "a string";
            default -> "a list";
        };
    }
}
