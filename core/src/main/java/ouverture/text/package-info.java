/// Text and token ids: tokenizers, chat templates, streaming decoder.
@org.jspecify.annotations.NullMarked
package ouverture.text;
