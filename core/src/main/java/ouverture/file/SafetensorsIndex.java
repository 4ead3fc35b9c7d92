package ouverture.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ouverture.error.ModelFileException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Which safetensors files of a folder hold the weights: one, or the shards that an index names.
///
/// @param shards by file name, in the order of the index, each with the names of the tensors it must hold; a
///     single file without an index has an empty set
record SafetensorsIndex(Path folder, Map<String, Set<String>> shards) {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int LONGEST_INDEX = 64 << 20;
    private static final int MOST_SHARDS = 4096;
    private static final int MOST_TENSORS = 1 << 19;

    /// Whether a folder holds weights in safetensors.
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(SINGLE)) || Files.exists(folder.resolve(INDEX));
    }

    /// Reads the index of a folder, if it needs one.
    ///
    /// @throws ModelFileException if the index is damaged or names a file that is missing or outside of the
    ///     folder
    static SafetensorsIndex read(Path folder) {
        if (Files.exists(folder.resolve(SINGLE))) {
            return new SafetensorsIndex(folder, Map.of(SINGLE, Set.of()));
        }
        Map<String, Set<String>> shards = Json.read(folder.resolve(INDEX), LONGEST_INDEX, SafetensorsIndex::shards);
        Json.expect(!shards.isEmpty(), INDEX, "it names no file");
        List<String> missing = shards.keySet().stream()
                .filter(shard -> !Files.exists(folder.resolve(shard)))
                .toList();
        if (!missing.isEmpty()) {
            throw new ModelFileException(missing.size() + " of the " + shards.size() + " weight files that " + INDEX
                    + " names are missing: put " + missing.getFirst() + " into " + folder + ".");
        }
        return new SafetensorsIndex(folder, shards);
    }

    private static Map<String, Set<String>> shards(JsonParser parser) {
        Map<String, Set<String>> shards = new LinkedHashMap<>();
        int tensors = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (!key.equals("weight_map")) {
                parser.skipChildren();
                continue;
            }
            Json.expect(value == JsonToken.START_OBJECT, INDEX, "its weight_map is no object");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String tensor = parser.currentName();
                Json.expect(
                        parser.nextToken() == JsonToken.VALUE_STRING,
                        INDEX,
                        "tensor " + Sentences.quoted(tensor) + " has no file name");
                shards.computeIfAbsent(checked(parser.getString()), _ -> new LinkedHashSet<>())
                        .add(tensor);
                tensors++;
                Json.expect(
                        shards.size() <= MOST_SHARDS && tensors <= MOST_TENSORS,
                        INDEX,
                        "it names more than " + MOST_SHARDS + " files or " + MOST_TENSORS + " tensors");
            }
        }
        return shards;
    }

    /// A shard's name may not lead out of the folder.
    private static String checked(String shard) {
        if (!shard.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*\\.safetensors")) {
            throw new ModelFileException(INDEX + " is damaged: " + Sentences.quoted(shard)
                    + " is not the name of a safetensors file beside it.");
        }
        return shard;
    }

    /// Checks that a shard holds what the index says, and nothing else.
    ///
    /// @throws ModelFileException naming the tensor where not
    void check(String shard, Set<String> held) {
        Set<String> expected = shards.getOrDefault(shard, Set.of());
        if (expected.isEmpty()) {
            return;
        }
        for (String tensor : expected) {
            Json.expect(held.contains(tensor), INDEX, shard + " lacks the tensor " + Sentences.quoted(tensor));
        }
        for (String tensor : held) {
            Json.expect(
                    expected.contains(tensor),
                    INDEX,
                    "tensor " + Sentences.quoted(tensor) + " of " + shard + " is not in its weight_map");
        }
    }
}
