package ouverture.model;

import ouverture.tensor.Tensor;

/// A second embedding of each token with a share for each layer, added to a projection of the first (Gemma 3n's
/// and 4's per-layer embeddings): (embedding * sqrt(size) + norm(projection(x) / sqrt(width))) / sqrt(2).
///
/// @param table one row of layers x size for each token; tokens beyond it have its first row
/// @param projection layers x size from the width
/// @param norm of each layer's share of the projection
/// @param size columns of a layer's share
public record LayerEmbeddings(Linear table, Linear projection, Norm norm, int size) {
    /// `per_layer_token_embd`, `per_layer_model_proj` and `per_layer_proj_norm` of a file.
    ///
    /// @throws ouverture.error.ModelFileException if a tensor is missing or has a wrong shape
    public static LayerEmbeddings of(Weights w, int layers, int size, int width, float epsilon) {
        int columns = layers * size;
        return new LayerEmbeddings(
                w.linear("per_layer_token_embd", w.rows("per_layer_token_embd.weight"), columns),
                w.linear("per_layer_model_proj", columns, width),
                w.norm("per_layer_proj_norm", size, epsilon),
                size);
    }

    /// The shares of all layers, side by side.
    ///
    /// @param x the scaled embedding of the same tokens
    public Tensor of(ForwardPass pass, Tensor x) {
        Tensor projected = pass.scale(pass.linear(x, projection), (float) (1 / Math.sqrt(x.columns())));
        pass.normHeads(projected, size, norm);
        Tensor sum = pass.add(pass.scale(pass.embedKnown(table), (float) Math.sqrt(size)), projected);
        return pass.scale(sum, (float) Math.sqrt(0.5));
    }

    /// The share of one layer.
    public Tensor share(ForwardPass pass, Tensor all, int layer) {
        return pass.columns(all, layer * size, size);
    }
}
