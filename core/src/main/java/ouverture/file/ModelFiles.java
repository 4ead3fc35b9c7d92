package ouverture.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;

/// Decides by type and first bytes what kind of model a path is.
final class ModelFiles {
    private static final int START_BYTES = 24;

    private ModelFiles() {}

    /// See [ModelFile#open].
    static ModelFile open(Path path) {
        if (path.equals(ModelFile.BUILT_IN)) {
            return GgufFile.of(path, BuiltInFile.read(path));
        }
        if (Files.isDirectory(path)) {
            return SafetensorsFolder.hasWeights(path) ? SafetensorsFolder.open(path) : GgufFile.open(onlyGguf(path));
        }
        if (fileName(path).endsWith(".safetensors") && Files.isRegularFile(path)) {
            return SafetensorsFolder.open(path.resolveSibling(""));
        }
        if (Files.isRegularFile(path)) {
            checkNotOther(path, start(path));
        }
        return GgufFile.open(path);
    }

    /// The last part of a path, for messages.
    static String fileName(Path path) {
        Path name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }

    /// The one GGUF model in a folder; a split file counts once, and a picture encoder beside the model does not.
    private static Path onlyGguf(Path folder) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.gguf")) {
            for (Path file : files) {
                String name = fileName(file);
                boolean laterPart = name.matches(".*-\\d{5}-of-\\d{5}\\.gguf") && !name.contains("-00001-of-");
                if (!laterPart && !name.startsWith("mmproj")) {
                    found.add(file);
                }
            }
        } catch (IOException e) {
            throw new ModelFileException(folder + " cannot be read: check its permissions.", e);
        }
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.isEmpty()) {
            throw new ModelFileException("The folder " + folder
                    + " holds no model: neither model.safetensors, nor model.safetensors.index.json, nor a GGUF file.");
        }
        throw new ModelFileException(
                "The folder " + folder + " holds " + found.size() + " GGUF models: give the path of one, such as "
                        + found.stream().sorted().findFirst().orElseThrow() + ".");
    }

    private static byte[] start(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(START_BYTES);
        } catch (IOException e) {
            throw new ModelFileException(path + " cannot be read (" + e.getMessage() + "): check its permissions.", e);
        }
    }

    /// Refuses the files that people most often give in place of a model, saying what they are.
    ///
    /// @param bytes that it begins with
    static void checkNotOther(Path path, byte[] bytes) {
        String text = new String(bytes, 0, Math.min(bytes.length, START_BYTES), StandardCharsets.ISO_8859_1);
        if (text.startsWith("version https://git-lfs")) {
            throw new ModelFileException(path + " is only a Git LFS pointer to the model: run git lfs pull.");
        }
        if (text.startsWith("PK")) {
            throw new UnsupportedModelException(
                    path + " is a zip archive, perhaps a PyTorch checkpoint: convert it to safetensors or GGUF.");
        }
        if (List.of("lmgg", "fmgg", "tjgg", "algg").stream().anyMatch(text::startsWith)) {
            throw new UnsupportedModelException(path
                    + " is in a format that came before GGUF: download a GGUF file of the model or convert it again.");
        }
    }
}
