package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Routing;

/// Mixture of experts (arXiv 1701.06538): every token goes to some of the experts, whose answers are added by
/// the router's weights. Cost: the chosen experts' weights for each token.
///
/// @param router logits, one for each expert
/// @param experts gated networks whose weights have one plane for each expert
/// @param shared a network that every token goes to
public record Mixture(
        Linear router,
        Routing routing,
        GatedMlp experts,
        @Nullable GatedMlp shared) {}
