package ouverture.train.gradient;

import java.util.Arrays;
import java.util.List;
import ouverture.tensor.Batch;

/// Documents packed into one step. Each is a sequence of its own, so that none sees another and all begin at
/// position 0.
///
/// @param batch one row for each token but the last of a document; `outputs` are the rows that are learned from
/// @param targets the token that follows, for each output
/// @param weights how much the loss of each output counts, above 0
public record TrainingBatch(Batch batch, int[] targets, float[] weights) {
    /// Positions of a block of the cache.
    static final int CACHE_BLOCK = 16;

    /// Tokens to learn.
    ///
    /// @param tokens at least 2
    /// @param weights how much the loss of each token counts, at least 0; that of the first, which follows nothing,
    ///     does not count
    public record Document(int[] tokens, float[] weights) {
        public Document {
            assert tokens.length > 1 && tokens.length == weights.length : tokens.length + ", " + weights.length;
        }

        /// Rows that it takes.
        public int rows() {
            return tokens.length - 1;
        }
    }

    /// Packs documents.
    public static TrainingBatch of(List<Document> documents) {
        int rows = documents.stream().mapToInt(Document::rows).sum();
        int[] tokens = new int[rows];
        int[] positions = new int[rows];
        int[] sequences = new int[rows];
        int[] outputs = new int[rows];
        int[] targets = new int[rows];
        float[] weights = new float[rows];
        int[][] tables = new int[documents.size()][];
        int row = 0;
        int learned = 0;
        int block = 0;
        for (int d = 0; d < tables.length; d++) {
            Document document = documents.get(d);
            for (int p = 0; p < document.rows(); p++) {
                tokens[row] = document.tokens[p];
                positions[row] = p;
                sequences[row] = d;
                if (document.weights[p + 1] > 0) {
                    outputs[learned] = row;
                    targets[learned] = document.tokens[p + 1];
                    weights[learned++] = document.weights[p + 1];
                }
                row++;
            }
            tables[d] = new int[Math.ceilDiv(document.rows(), CACHE_BLOCK)];
            for (int i = 0; i < tables[d].length; i++) {
                tables[d][i] = block++;
            }
        }
        Batch batch = new Batch(tokens, positions, sequences, tables, Arrays.copyOf(outputs, learned));
        return new TrainingBatch(batch, Arrays.copyOf(targets, learned), Arrays.copyOf(weights, learned));
    }

    /// Blocks of the cache that it takes.
    int cacheBlocks() {
        return Arrays.stream(batch.tables()).mapToInt(table -> table.length).sum();
    }

    /// The number of the document that an output belongs to.
    int document(int output) {
        return batch.sequences()[batch.outputs()[output]];
    }

    /// For each document, the sum of its outputs' losses by their weights.
    ///
    /// @param losses of each output
    double[] sums(double[] losses) {
        double[] sums = new double[batch.tables().length];
        for (int i = 0; i < losses.length; i++) {
            sums[document(i)] += weights[i] * losses[i];
        }
        return sums;
    }

    /// Sum of the weights.
    public double totalWeight() {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        return sum;
    }
}
