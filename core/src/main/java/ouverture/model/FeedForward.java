package ouverture.model;

/// The part of a layer that works on each token by itself.
public sealed interface FeedForward permits GatedMlp, Mixture {}
