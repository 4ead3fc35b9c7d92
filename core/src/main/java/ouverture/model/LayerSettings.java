package ouverture.model;

import ouverture.error.ModelFileException;
import ouverture.file.Metadata;

/// What a file's header says of single layers, in families whose layers differ.
public final class LayerSettings {
    private static final int MOST_LAYERS = 10_000;

    private LayerSettings() {}

    /// The number of layers.
    ///
    /// @throws ModelFileException if there is none or there are too many to believe
    public static int count(Metadata m) {
        int count = m.integer("block_count");
        if (count < 1 || count > MOST_LAYERS) {
            throw new ModelFileException(m.file() + " has " + count + " layers: the header is damaged.");
        }
        return count;
    }

    /// Which layers see a sliding window only. `attention.sliding_window_pattern` lists them, or is a period: the
    /// last layer of each period sees the whole context.
    ///
    /// @param period of a file without that key
    /// @throws ModelFileException if the list's length is not the number of layers
    public static boolean[] sliding(Metadata m, int layers, int period) {
        String key = "attention.sliding_window_pattern";
        if (m.isList(key)) {
            boolean[] listed = m.flags(key).orElseThrow();
            if (listed.length != layers) {
                throw new ModelFileException(m.file() + ": " + key + " lists " + listed.length + " of " + layers
                        + " layers: the header is damaged.");
            }
            return listed;
        }
        int length = m.integer(key, period);
        boolean[] sliding = new boolean[layers];
        for (int i = 0; i < layers; i++) {
            sliding[i] = length < 1 || i % length != length - 1;
        }
        return sliding;
    }

    /// The size of the sliding window in positions, a row's own included.
    ///
    /// @throws ModelFileException if it is less than 1
    public static int window(Metadata m) {
        int window = m.integer("attention.sliding_window");
        if (window < 1) {
            throw new ModelFileException(
                    m.file() + " has a sliding window of " + window + " positions: the header is damaged.");
        }
        return window;
    }

    /// How many layers have keys and values of their own: all but the last `attention.shared_kv_layers`.
    ///
    /// @param shared what a file without that key shares
    /// @throws ModelFileException if that leaves none, or more than there are
    public static int ownCaches(Metadata m, int layers, int shared) {
        int last = m.integer("attention.shared_kv_layers", shared);
        if (last < 0 || last >= layers) {
            throw new ModelFileException(
                    m.file() + ": " + last + " of " + layers + " layers share keys and values: the header is damaged.");
        }
        return layers - last;
    }

    /// For each layer the layer whose keys and values it attends to: its own, or from layer `own` on those of the
    /// last layer of the same kind before `own`.
    ///
    /// @param sliding the kind of each layer
    /// @throws ModelFileException if there is no such layer
    public static int[] sources(Metadata m, boolean[] sliding, int own) {
        int[] sources = new int[sliding.length];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = i < own ? i : lastOfKind(sliding, sliding[i], Math.min(own, i));
            if (sources[i] < 0) {
                throw new ModelFileException(m.file() + ": layer " + i
                        + " has no keys and values of its own, and no layer before has any that fit: the header is"
                        + " damaged.");
            }
        }
        return sources;
    }

    private static int lastOfKind(boolean[] kinds, boolean kind, int end) {
        int last = end - 1;
        while (last >= 0 && kinds[last] != kind) {
            last--;
        }
        return last;
    }
}
