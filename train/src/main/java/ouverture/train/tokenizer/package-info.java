/// Vocabularies made from text.
package ouverture.train.tokenizer;
