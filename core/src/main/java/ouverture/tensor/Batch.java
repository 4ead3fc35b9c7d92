package ouverture.tensor;

import java.util.Arrays;

/// One step's work: rows of every running sequence, flattened. Rows of one sequence stand in order of position.
///
/// @param tokens token id of each row
/// @param positions position of each row within its sequence
/// @param sequences for each row, the index of its sequence in `tables`
/// @param tables for each sequence, the cache blocks that hold its positions, in order
/// @param outputs the rows whose logits somebody waits for, ascending
/// @param states the rows whose hidden states somebody waits for, ascending
public record Batch(int[] tokens, int[] positions, int[] sequences, int[][] tables, int[] outputs, int[] states) {
    /// A step of which only logits are wanted.
    public Batch(int[] tokens, int[] positions, int[] sequences, int[][] tables, int[] outputs) {
        this(tokens, positions, sequences, tables, outputs, new int[0]);
    }

    /// Number of rows.
    public int rows() {
        return tokens.length;
    }

    /// Where each run of at most `most` neighbouring rows of one sequence starts, and the number of rows.
    public int[] starts(int most) {
        int[] starts = new int[rows() + 1];
        int runs = 0;
        for (int r = 1; r <= rows(); r++) {
            boolean same = r < rows() && sequences[r] == sequences[r - 1];
            if (!same || r - starts[runs] == most) {
                starts[++runs] = r;
            }
        }
        return Arrays.copyOf(starts, runs + 1);
    }
}
