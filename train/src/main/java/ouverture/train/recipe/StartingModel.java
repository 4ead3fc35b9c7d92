package ouverture.train.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.file.GgufFile;
import ouverture.file.Metadata;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.train.Blueprint;
import ouverture.train.ParameterSet;
import ouverture.train.gradient.Parameter;
import ouverture.train.tokenizer.TrainedVocabulary;

/// The model that a recipe starts from: its vocabulary, and weights of a network of the same sizes.
final class StartingModel implements AutoCloseable {
    private static final int CONTROL = 3;

    private final GgufFile file;

    /// @throws RequestException if there is no such file
    /// @throws ouverture.error.OuvertureException if it is no model
    StartingModel(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new RequestException("The recipe starts \"from\" " + path
                    + ", which is not there: put the model there, or leave" + " \"from\" empty to start from nothing.");
        }
        file = GgufFile.open(path);
    }

    /// Says which model it is: the SHA-256 of its file.
    String hash() {
        try (InputStream in =
                new DigestInputStream(Files.newInputStream(file.path()), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of()
                    .formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (IOException e) {
            throw new RequestException(file.path() + " cannot be read: " + e.getMessage() + ".", e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// Its vocabulary.
    ///
    /// @throws RequestException if it is none that a recipe makes
    TrainedVocabulary vocabulary() {
        Metadata metadata = file.metadata();
        List<String> pieces = metadata.strings("tokenizer.ggml.tokens").orElse(List.of());
        int[] types = metadata.integers("tokenizer.ggml.token_type").orElse(new int[0]);
        int controls =
                (int) Arrays.stream(types).filter(type -> type == CONTROL).count();
        String rule = metadata.string("tokenizer.ggml.pre").orElse("");
        if (!pieces.containsAll(Harmony.CONTROLS) || types.length != pieces.size() || rule.isEmpty()) {
            throw new RequestException(file.path() + " has no vocabulary for the harmony format: start \"from\" a"
                    + " model that a recipe made.");
        }
        return new TrainedVocabulary(
                rule, pieces, metadata.strings("tokenizer.ggml.merges").orElse(List.of()), controls);
    }

    /// Fills the parameters of a network with its weights.
    ///
    /// @throws RequestException if its network has other sizes, or its weights are not F32
    void copyTo(ParameterSet parameters, Blueprint blueprint) {
        Map<String, Object> values = file.metadata().values();
        blueprint.header().forEach((key, value) -> {
            Object given = values.get(key);
            if (!key.endsWith("context_length") && !same(given, value)) {
                throw other(key + " is " + given + " there and " + value + " in the recipe");
            }
        });
        Map<String, Tensor> tensors = file.tensors();
        for (Parameter parameter : parameters.all()) {
            Tensor to = parameter.value();
            Tensor tensor = tensors.get(to.name());
            if (tensor == null || tensor.type() != DType.F32 || tensor.bytes() != to.bytes()) {
                throw other("its tensor " + to.name() + " is missing, not F32 or of another size");
            }
            MemorySegment.copy(tensor.data(), 0, to.data(), 0, to.bytes());
        }
    }

    private RequestException other(String difference) {
        return new RequestException("The training cannot start from " + file.path() + ": " + difference
                + "; name a model with the recipe's sizes.");
    }

    private static boolean same(@Nullable Object one, Object other) {
        return one instanceof Number a && other instanceof Number b
                ? Math.abs(a.doubleValue() - b.doubleValue()) < 1e-6
                : Objects.equals(one, other);
    }

    @Override
    public void close() {
        file.close();
    }
}
