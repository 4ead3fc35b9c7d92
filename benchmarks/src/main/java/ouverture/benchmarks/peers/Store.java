package ouverture.benchmarks.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import ouverture.error.ResourceException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Reads and writes what is kept in files: results as JSON, the page, the plot, and the reasons that people
/// wrote.
public final class Store {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private Store() {}

    /// Results of an earlier run on this machine, or none.
    ///
    /// @throws ResourceException if the file is there and cannot be read, or is about another machine
    static Results results(Path file, Environment machine) {
        Optional<Results> results = read(file, Results.class);
        results.ifPresent(known -> known.machine().require(machine, file));
        return results.orElseGet(() -> Results.none(machine));
    }

    /// What an earlier run wrote, or nothing.
    ///
    /// @throws ResourceException if the file is there and cannot be read
    public static <T> Optional<T> read(Path file, Class<T> type) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), type));
        } catch (JacksonException e) {
            throw new ResourceException(
                    file + " does not hold results of this version (" + e.getOriginalMessage() + "); delete it.", e);
        }
    }

    /// Results as JSON.
    public static void write(Record results, Path file) throws IOException {
        write(JSON.writeValueAsString(results) + "\n", file);
    }

    /// A text, which is there when all of it is.
    public static void write(String text, Path file) throws IOException {
        Path folder = file.toAbsolutePath().resolveSibling("");
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, "." + file.getFileName(), ".part");
        Files.write(part, text.getBytes(StandardCharsets.UTF_8));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Why figures are below the bar, by their cells, as people wrote it down.
    static Map<String, String> reasons(Path file) {
        try {
            return Files.exists(file)
                    ? JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {})
                    : Map.of();
        } catch (JacksonException e) {
            throw new ResourceException(
                    file + " must be a JSON object of texts by cells: " + e.getOriginalMessage() + ".", e);
        }
    }
}
