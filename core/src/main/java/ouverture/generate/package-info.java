/// From logits to answers: sampling, sequences, and the scheduler that runs many of them in one batch.
@org.jspecify.annotations.NullMarked
package ouverture.generate;
