package ouverture.train;

import java.util.List;
import java.util.Optional;
import ouverture.train.gradient.Objective;
import ouverture.train.gradient.TrainingBatch.Document;

/// What is learned from, as a function of a number, so that a run can go on where another one stopped.
@FunctionalInterface
public interface TrainingData {
    /// The document of a number from 0 on. The same number gives the same document.
    ///
    /// @throws ouverture.error.RequestException if it cannot be learned from
    Document document(long index);

    /// The documents of an example, which go through the network together.
    default List<Document> documents(long index) {
        return List.of(document(index));
    }

    /// What the losses of the documents of examples `first` to `last` come to, in their order; empty for the
    /// mean of all that is learned.
    ///
    /// @param last exclusive
    default Optional<Objective> objective(long first, long last) {
        return Optional.empty();
    }

    /// What people call examples, such as the lines of a file.
    ///
    /// @param last exclusive
    default String describe(long first, long last) {
        return last - first == 1 ? "example " + first : "examples " + first + " to " + (last - 1);
    }
}
