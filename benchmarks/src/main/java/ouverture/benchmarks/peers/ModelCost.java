package ouverture.benchmarks.peers;

import java.nio.file.Path;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.tensor.Tensor;

/// What computing a token costs with a model.
///
/// @param bytesRead bytes of weights, when an answer is written: of a mixture, those of the chosen experts
/// @param multiplications by weights for a token of a prompt, whose logits are not wanted
record ModelCost(double bytesRead, double multiplications) {
    /// The cost that a file's header tells.
    static ModelCost of(Path file) {
        try (ModelFile model = ModelFile.open(file)) {
            Metadata metadata = model.metadata();
            boolean tied = !model.tensors().containsKey("output.weight");
            double chosen = metadata.has("expert_count")
                    ? (double) metadata.integer("expert_used_count") / metadata.integer("expert_count")
                    : 1;
            double bytes = 0;
            double multiplications = 0;
            for (Tensor tensor : model.tensors().values()) {
                boolean embedding = tensor.name().equals("token_embd.weight");
                double share = tensor.name().contains("_exps.") ? chosen : 1;
                bytes += embedding && !tied ? tensor.rowBytes() : share * tensor.bytes();
                boolean inLayer = tensor.name().startsWith("blk.") && tensor.rows() > 1;
                multiplications += inLayer ? share * tensor.size() : 0;
            }
            return new ModelCost(bytes, multiplications);
        }
    }
}
