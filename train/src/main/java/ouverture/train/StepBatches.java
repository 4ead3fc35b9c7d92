package ouverture.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ouverture.error.TrainingException;
import ouverture.train.gradient.TrainingBatch;
import ouverture.train.gradient.TrainingBatch.Document;

/// The batches of one step of the optimiser. Documents are taken in their order, each whole, until the step has
/// its rows; a batch ends where the next document would make it too large.
///
/// @param first number of the first document of each batch
/// @param next number of the first document of the next step
record StepBatches(List<TrainingBatch> batches, List<Long> first, long next) {
    /// @param cursor number of the first document
    /// @param rowsOfStep at least so many are taken
    /// @param rowsOfBatch at most so many go through the network at once
    /// @throws TrainingException if a document is longer than a batch
    static StepBatches of(TrainingData data, long cursor, int rowsOfStep, int rowsOfBatch) {
        List<TrainingBatch> batches = new ArrayList<>();
        List<Long> first = new ArrayList<>();
        List<Document> documents = new ArrayList<>();
        int taken = 0;
        int rows = 0;
        long index = cursor;
        for (; taken < rowsOfStep; index++) {
            List<Document> example = data.documents(index);
            int own = example.stream().mapToInt(Document::rows).sum();
            if (own > rowsOfBatch) {
                throw new TrainingException(capital(data.describe(index, index + 1)) + " has "
                        + (own + example.size()) + " tokens and a batch takes " + (rowsOfBatch + example.size())
                        + " of them: shorten it, or make \"tokensPerBatch\" larger.");
            }
            if (rows + own > rowsOfBatch) {
                batches.add(TrainingBatch.of(documents));
                documents.clear();
                rows = 0;
            }
            if (documents.isEmpty()) {
                first.add(index);
            }
            documents.addAll(example);
            rows += own;
            taken += own;
        }
        batches.add(TrainingBatch.of(documents));
        return new StepBatches(batches, first, index);
    }

    private static String capital(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /// The number of the example behind the last one of a batch.
    long end(int batch) {
        return batch + 1 < first.size() ? first.get(batch + 1) : next;
    }

    /// Examples of all batches.
    long examples() {
        return next - first.getFirst();
    }

    /// Sum of the weights of all that is learned.
    double totalWeight() {
        return batches.stream().mapToDouble(TrainingBatch::totalWeight).sum();
    }

    /// Rows of all batches.
    int rows() {
        return batches.stream().mapToInt(batch -> batch.batch().rows()).sum();
    }
}
