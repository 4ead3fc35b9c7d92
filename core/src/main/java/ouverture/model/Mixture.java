package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// Mixture of experts (arXiv 1701.06538): every token goes to some of the experts, whose answers are added by
/// the router's weights. Cost: the chosen experts' weights for each token.
///
/// @param router logits, one for each expert
/// @param experts gated networks whose weights have one plane for each expert
/// @param shared a network that every token goes to
/// @param factors one F32 plane for each expert that its answers are multiplied by
public record Mixture(
        Linear router,
        Routing routing,
        GatedMlp experts,
        @Nullable GatedMlp shared,
        @Nullable Tensor factors) implements FeedForward {
    /// A mixture that takes its experts' answers as they are.
    public Mixture(Linear router, Routing routing, GatedMlp experts, @Nullable GatedMlp shared) {
        this(router, routing, experts, shared, null);
    }

    /// The same with factors on its experts' answers.
    public Mixture scaled(Tensor byExpert) {
        return new Mixture(router, routing, experts, shared, byExpert);
    }
}
