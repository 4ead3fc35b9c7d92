package ouverture.generate;

import java.util.List;

/// A token with its log-probability under the model, before any sampling step changed the logits.
///
/// @param id of the token
/// @param logProbability natural logarithm, at most 0
/// @param alternatives the most likely tokens at this place, best first; empty inside of alternatives
public record TokenProbability(int id, double logProbability, List<TokenProbability> alternatives) {}
