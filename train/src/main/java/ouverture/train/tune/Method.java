package ouverture.train.tune;

/// What is learned from an example.
public enum Method {
    /// To give its answers: cross-entropy.
    SFT,
    /// To prefer one of two answers to the other (direct preference optimisation, arXiv 2305.18290).
    DPO,
    /// To give answers that were liked, and not those that were not (arXiv 2402.01306).
    KTO
}
