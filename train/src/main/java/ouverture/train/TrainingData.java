package ouverture.train;

import ouverture.train.gradient.TrainingBatch.Document;

/// What is learned from, as a function of a number, so that a run can go on where another one stopped.
@FunctionalInterface
public interface TrainingData {
    /// The document of a number from 0 on. The same number gives the same document.
    ///
    /// @throws ouverture.error.RequestException if it cannot be learned from
    Document document(long index);
}
