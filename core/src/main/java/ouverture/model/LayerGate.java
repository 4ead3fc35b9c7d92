package ouverture.model;

import ouverture.tensor.Activation;
import ouverture.tensor.Tensor;

/// How a layer takes its share of [LayerEmbeddings] in: norm(projection(gelu(gate(x)) * share)).
///
/// @param gate to the share's size from the width
/// @param projection back to the width
public record LayerGate(Linear gate, Linear projection, Norm norm) {
    /// `inp_gate`, `proj` and `post_norm` of a block.
    ///
    /// @throws ouverture.error.ModelFileException if a tensor is missing or has a wrong shape
    public static LayerGate of(Weights b, int size, int width, float epsilon) {
        return new LayerGate(
                b.linear("inp_gate", size, width), b.linear("proj", width, size), b.norm("post_norm", width, epsilon));
    }

    /// What is added to the layer's output.
    public Tensor of(ForwardPass pass, Tensor x, Tensor share) {
        Tensor gated = pass.gate(pass.linear(x, gate), share, Activation.GELU_TANH);
        return pass.norm(pass.linear(gated, projection), norm);
    }
}
