package ouverture.model;

import ouverture.tensor.Activation;

/// Gated feed-forward network: down(f(gate(x)) * up(x)) (arXiv 2002.05202).
public record GatedMlp(Linear gate, Linear up, Linear down, Activation activation) implements FeedForward {}
