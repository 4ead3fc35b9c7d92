package ouverture.train.gradient;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Kernels;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// Products with chosen experts ([Kernels#matmulExperts]), led back expert by expert: its rows are gathered, led
/// back at once as those of a [Product], and the gradients of the inputs put where they belong.
record ExpertProduct(
        Tensor result, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.matmulExperts(result, x, experts, bias, chosen);
    }

    @Override
    public void back(BackwardPass pass) {
        int[][] slotsOf = Routing.slotsOfExperts(chosen, experts.planes());
        int slotsOfInput = Math.toIntExact(chosen.size()) / Math.max(1, x.rows());
        for (int expert = 0; expert < slotsOf.length; expert++) {
            int[] slots = slotsOf[expert];
            if (slots.length > 0) {
                pass.temporary().reset();
                Tensor input = pass.temporary(slots.length, x.columns());
                Tensor output = pass.temporary(slots.length, result.columns());
                Tensor inputGradient = pass.zeros(slots.length, x.columns());
                pass.rows().gather(input, x, slots, slotsOfInput);
                pass.rows().gather(output, pass.gradient(result), slots, 1);
                Tensor offsets = bias == null
                        ? null
                        : bias.shaped(experts.planes(), experts.rows()).rows(expert, 1);
                new Product(output, input, experts.plane(expert), offsets).back(pass, output, input, inputGradient);
                pass.rows().scatter(pass.gradient(x), inputGradient, slots, slotsOfInput);
            }
        }
    }

    @Override
    public long floatingPointOperations(AddressMap parameters) {
        return Product.floatingPointOperations(parameters, experts, chosen.size());
    }

    @Override
    public List<Tensor> needed() {
        return List.of(x, chosen);
    }
}
