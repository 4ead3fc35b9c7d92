package ouverture.benchmarks.peers;

import java.nio.file.Path;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.tensor.Tensor;

/// What computing a token costs with a model.
///
/// @param commonBytes of weights that every step of an answer reads
/// @param expertBytes of all experts of a mixture
/// @param chosenShare of the experts that one token goes to
/// @param multiplications by weights for a token of a prompt, whose logits are not wanted
record ModelCost(double commonBytes, double expertBytes, double chosenShare, double multiplications) {
    /// The cost that a file's header tells.
    static ModelCost of(Path file) {
        try (ModelFile model = ModelFile.open(file)) {
            Metadata metadata = model.metadata();
            boolean tied = !model.tensors().containsKey("output.weight");
            double chosen = metadata.has("expert_count")
                    ? (double) metadata.integer("expert_used_count") / metadata.integer("expert_count")
                    : 1;
            double common = 0;
            double experts = 0;
            double multiplications = 0;
            for (Tensor tensor : model.tensors().values()) {
                boolean isExpert = tensor.name().contains("_exps.");
                boolean isEmbedding = tensor.name().equals("token_embd.weight");
                if (isExpert) {
                    experts += tensor.bytes();
                } else {
                    common += isEmbedding && !tied ? tensor.rowBytes() : tensor.bytes();
                }
                boolean inLayer = tensor.name().startsWith("blk.") && tensor.rows() > 1;
                multiplications += inLayer ? (isExpert ? chosen : 1) * tensor.size() : 0;
            }
            return new ModelCost(common, experts, chosen, multiplications);
        }
    }

    /// Bytes of weights that one step reads; of a mixture, those of the experts that random tokens can be expected
    /// to choose.
    ///
    /// @param tokens of the step
    double bytesRead(int tokens) {
        return commonBytes + expertBytes * (1 - Math.pow(1 - chosenShare, tokens));
    }
}
