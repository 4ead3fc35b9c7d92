package ouverture.train.tune;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ouverture.error.ResourceException;
import ouverture.file.AtomicFile;
import ouverture.train.gradient.Network;
import ouverture.train.gradient.TrainingBatch;
import ouverture.train.gradient.TrainingBatch.Document;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What the documents of preferences lose without the adapter: computed once, and kept in a file.
///
/// @param identity of the run that it belongs to
/// @param losses of the documents of all examples, in the file's order
record ReferenceLosses(String identity, double[] losses) {
    private static final JsonMapper JSON = new JsonMapper();

    /// Looks on while losses are computed.
    @FunctionalInterface
    interface Progress {
        /// @return whether to go on
        boolean goesOn(int examples);
    }

    /// The losses from the file, or computed and written to it; empty if `progress` stopped that.
    ///
    /// @param rows of documents that go through the network at once
    static Optional<double[]> of(
            Path file, String identity, TuningData data, Network network, int rows, Progress progress) {
        Optional<double[]> kept = read(file, identity);
        if (kept.isPresent()) {
            return kept;
        }
        double[] losses = new double[2 * data.size()];
        List<Document> documents = new ArrayList<>();
        int begun = 0;
        int taken = 0;
        for (int e = 0; e < data.size(); e++) {
            if (!progress.goesOn(e)) {
                return Optional.empty();
            }
            documents.addAll(data.documentsOf(e));
            taken += documents.reversed().stream()
                    .limit(2)
                    .mapToInt(Document::rows)
                    .sum();
            boolean last = e + 1 == data.size();
            int next = last
                    ? 0
                    : data.documentsOf(e + 1).stream().mapToInt(Document::rows).sum();
            if (last || taken + next > rows) {
                double[] some = network.losses(TrainingBatch.of(documents), false);
                System.arraycopy(some, 0, losses, begun, some.length);
                begun += some.length;
                documents.clear();
                taken = 0;
            }
        }
        write(file, new ReferenceLosses(identity, losses));
        return Optional.of(losses);
    }

    private static Optional<double[]> read(Path file, String identity) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            ReferenceLosses kept = JSON.readValue(Files.readAllBytes(file), ReferenceLosses.class);
            return identity.equals(kept.identity) ? Optional.of(kept.losses) : Optional.empty();
        } catch (IOException | JacksonException _) {
            return Optional.empty(); // computed again
        }
    }

    private static void write(Path file, ReferenceLosses losses) {
        try (AtomicFile out = AtomicFile.create(file)) {
            ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(losses));
            while (bytes.hasRemaining()) {
                out.channel().write(bytes);
            }
            out.commit();
        } catch (IOException e) {
            throw new ResourceException("The file " + file + " cannot be written: make room.", e);
        }
    }
}
