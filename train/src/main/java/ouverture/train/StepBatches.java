package ouverture.train;

import java.util.ArrayList;
import java.util.List;
import ouverture.error.TrainingException;
import ouverture.train.gradient.TrainingBatch;
import ouverture.train.gradient.TrainingBatch.Document;

/// The batches of one step of the optimiser. Documents are taken in their order, each whole, until the step has its
/// rows; a batch ends where the next document would make it too large.
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
            Document document = data.document(index);
            if (document.rows() > rowsOfBatch) {
                throw new TrainingException("Example " + index + " has " + document.tokens().length
                        + " tokens and a batch takes " + (rowsOfBatch + 1)
                        + " of them: shorten it, or make \"tokensPerBatch\" larger.");
            }
            if (rows + document.rows() > rowsOfBatch) {
                batches.add(TrainingBatch.of(documents));
                documents.clear();
                rows = 0;
            }
            if (documents.isEmpty()) {
                first.add(index);
            }
            documents.add(document);
            rows += document.rows();
            taken += document.rows();
        }
        batches.add(TrainingBatch.of(documents));
        return new StepBatches(batches, first, index);
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
