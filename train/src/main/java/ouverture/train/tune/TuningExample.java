package ouverture.train.tune;

import java.util.List;
import ouverture.train.gradient.TrainingBatch.Document;

/// What is learned at once.
///
/// @param line of the file where it begins, from 1 on
/// @param documents one or more to imitate; the better and the worse answer of a pair; or the one that was judged
/// @param good what was said of a judged answer
record TuningExample(int line, List<Document> documents, boolean good) {
    /// Tokens that go through the network.
    int rows() {
        return documents.stream().mapToInt(Document::rows).sum();
    }

    /// Tokens of all documents.
    int tokens() {
        return documents.stream().mapToInt(document -> document.tokens().length).sum();
    }
}
