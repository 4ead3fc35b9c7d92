/// Fine-tuning: adapters for a model from examples, and from what people thought of its answers.
package ouverture.train.tune;
