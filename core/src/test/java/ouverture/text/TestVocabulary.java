package ouverture.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import ouverture.Shared;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A vocabulary of the conformance data with its vectors.
///
/// @param name the family of a published vocabulary, or `tiny/` and the model that has it
public record TestVocabulary(String name, Path vocabulary, Path vectors) {
    /// Every vocabulary that has vectors; none where the data may be left out.
    static List<TestVocabulary> all() {
        Optional<Path> folder = Shared.folder("conformance/tokenizers");
        List<TestVocabulary> all = new ArrayList<>();
        if (folder.isPresent()) {
            for (Path family : list(folder.get())) {
                if (Files.exists(family.resolve("vocab.gguf.gz"))) {
                    all.add(new TestVocabulary(
                            family.getFileName().toString(),
                            family.resolve("vocab.gguf.gz"),
                            family.resolve("vectors.json")));
                }
            }
            for (Path vectors : list(folder.get().resolve("tiny"))) {
                String model = vectors.getFileName().toString().replace(".json", "");
                all.add(new TestVocabulary(
                        "tiny/" + model, Shared.path("conformance/models/" + model + ".gguf"), vectors));
            }
        }
        return all;
    }

    public static TestVocabulary named(String name) {
        Shared.path("conformance/tokenizers");
        return all().stream().filter(v -> v.name.equals(name)).findFirst().orElseThrow();
    }

    /// The header of the vocabulary.
    ///
    /// @param scratch where a compressed file is unpacked
    public Metadata metadata(Path scratch) {
        try {
            Path file = vocabulary;
            if (vocabulary.toString().endsWith(".gz")) {
                file = scratch.resolve(name + ".gguf");
                if (!Files.exists(file)) {
                    try (InputStream in = new GZIPInputStream(Files.newInputStream(vocabulary))) {
                        Files.copy(in, file);
                    }
                }
            }
            try (ModelFile model = ModelFile.open(file)) {
                return model.metadata();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode readVectors() {
        return JsonMapper.shared().readTree(vectors);
    }

    /// The texts of the vectors.
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        readVectors()
                .path("cases")
                .forEach(vector -> texts.add(vector.path("text").stringValue()));
        return texts;
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
