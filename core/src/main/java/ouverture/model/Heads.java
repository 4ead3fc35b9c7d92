package ouverture.model;

import ouverture.error.ModelFileException;
import ouverture.file.Metadata;
import ouverture.tensor.Attention;

/// How a layer's width is split into attention heads.
///
/// @param query number of query heads
/// @param keyValue number of key/value heads; divides `query`
/// @param size elements of a head
public record Heads(int query, int keyValue, int size) {
    /// What a file's header says; heads share the width where it gives no size of their own.
    ///
    /// @throws ModelFileException if the numbers contradict each other
    public static Heads of(Metadata metadata) {
        int width = metadata.integer("embedding_length");
        int query = metadata.integer("attention.head_count");
        int keyValue = metadata.integer("attention.head_count_kv", query);
        if (width < 1) {
            throw new ModelFileException(metadata.file() + " has the width " + width + ": the header is damaged.");
        }
        return of(metadata, query, keyValue, metadata.integer("attention.key_length", width / Math.max(1, query)));
    }

    /// Heads of one layer.
    ///
    /// @param metadata of the file, for messages
    /// @throws ModelFileException if the numbers contradict each other
    public static Heads of(Metadata metadata, int query, int keyValue, int size) {
        if (query < 1 || keyValue < 1 || query % keyValue != 0) {
            throw new ModelFileException(metadata.file() + " has " + query + " query heads on " + keyValue
                    + " key/value heads: the header is damaged.");
        }
        if (size < 1 || (long) size * query > Integer.MAX_VALUE) {
            throw new ModelFileException(metadata.file() + " has " + query + " attention heads of " + size
                    + " elements: the header is damaged.");
        }
        return new Heads(query, keyValue, size);
    }

    /// Columns of all query heads.
    public int queryColumns() {
        return query * size;
    }

    /// Columns of all key or value heads.
    public int keyValueColumns() {
        return keyValue * size;
    }

    /// The factor on attention scores: `attention.scale` where the file has it, otherwise 1 / sqrt(divisor).
    public float scoreScale(Metadata metadata, int divisor) {
        return metadata.number("attention.scale", (float) (1 / Math.sqrt(divisor)));
    }

    /// Attention to the whole context, with scores scaled by 1 / sqrt(size).
    public Attention attention() {
        return Attention.grouped(query, keyValue, size);
    }
}
