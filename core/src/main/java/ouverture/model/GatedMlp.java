package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Activation;

/// Gated feed-forward network: down(f(gate(x)) * up(x)) (arXiv 2002.05202).
///
/// @param up null where the gate's matrix holds both, the rows of the gate first
public record GatedMlp(Linear gate, @Nullable Linear up, Linear down, Activation activation) implements FeedForward {}
