/// Networks and their parts: one step from a batch of tokens to logits.
@org.jspecify.annotations.NullMarked
package ouverture.model;
