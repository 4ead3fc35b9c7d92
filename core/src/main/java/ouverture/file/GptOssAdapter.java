package ouverture.file;

import java.lang.foreign.ValueLayout;
import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.tensor.Tensor;

/// Changes of gpt-oss's experts as PEFT has them, which targets their weights as parameters of one module:
/// `down` holds the experts' rows behind each other, `up` a column for each rank and expert, the experts of a
/// rank together. Rows of gate and up alternate. Source: PEFT, `ParamWrapper.get_delta_weight`.
final class GptOssAdapter {
    private static final String MODULE = ".mlp.experts";

    private GptOssAdapter() {}

    /// @param down ranks of all experts x inputs
    /// @param up outputs x ranks of all experts
    record Pair(Tensor down, Tensor up) {}

    /// Whether a module holds the experts of such a model. A second wrapper of the same module has a longer name.
    static boolean isOfExperts(HuggingFaceFamily family, String module) {
        return family.architecture().equals("gpt-oss")
                && module.replace(".base_layer", "").endsWith(MODULE);
    }

    /// The changes in GGUF's tensors.
    ///
    /// @param adapter its name, for messages
    /// @throws ModelFileException if the shapes are those of none of the experts' weights
    static List<LowRankUpdate> updates(String adapter, String module, ModelFile base, Pair pair, PeftConfig config) {
        String block = "blk." + HuggingFaceFamily.layer(module) + ".";
        Tensor gate = base.tensors().get(block + "ffn_gate_exps.weight");
        Tensor down = base.tensors().get(block + "ffn_down_exps.weight");
        if (gate == null
                || down == null
                || pair.down.rows() % gate.planes() != 0
                || pair.up.columns() != pair.down.rows()) {
            throw unfitting(adapter, module, base);
        }
        int experts = gate.planes();
        int rank = pair.down.rows() / experts;
        float scale = config.scale(module, rank);
        Tensor copy = LowRankUpdate.copy(adapter, pair.down);
        Tensor first = new Tensor(module, copy.type(), experts, rank, copy.columns(), copy.data());
        if (pair.down.columns() == gate.columns() && pair.up.rows() == 2L * gate.rows()) {
            return List.of(
                    new LowRankUpdate(
                            block + "ffn_gate_exps.weight", first, rows(adapter, pair.up, experts, 0, 2), scale),
                    new LowRankUpdate(
                            block + "ffn_up_exps.weight", first, rows(adapter, pair.up, experts, 1, 2), scale));
        }
        if (pair.down.columns() == down.columns() && pair.up.rows() == down.rows()) {
            return List.of(new LowRankUpdate(
                    block + "ffn_down_exps.weight", first, rows(adapter, pair.up, experts, 0, 1), scale));
        }
        throw unfitting(adapter, module, base);
    }

    /// The rows `from`, `from + step`, … of each expert's part of `up`.
    private static Tensor rows(String adapter, Tensor up, int experts, int from, int step) {
        Tensor all = LowRankUpdate.copy(adapter, up);
        int rank = up.columns() / experts;
        int rows = up.rows() / step;
        Tensor part = LowRankUpdate.zeros(up.name(), experts, rows, rank);
        for (int expert = 0; expert < experts; expert++) {
            for (int row = 0; row < rows; row++) {
                for (int k = 0; k < rank; k++) {
                    long source = ((long) row * step + from) * up.columns() + (long) k * experts + expert;
                    long target = ((long) expert * rows + row) * rank + k;
                    part.data()
                            .setAtIndex(
                                    ValueLayout.JAVA_FLOAT,
                                    target,
                                    all.data().getAtIndex(ValueLayout.JAVA_FLOAT, source));
                }
            }
        }
        return part;
    }

    private static ModelFileException unfitting(String adapter, String module, ModelFile base) {
        return new ModelFileException(adapter + " changes the experts of " + Sentences.quoted(module)
                + " by matrices that do not fit those of " + base.metadata().file()
                + ": it was made for another model.");
    }
}
