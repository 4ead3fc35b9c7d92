/// Harmony, the chat format of gpt-oss: conversations to text and token ids, token ids back to messages.
///
/// Source: the format's description and reference library, <https://github.com/openai/harmony> version 0.0.8
/// (Apache-2.0).
@org.jspecify.annotations.NullMarked
package ouverture.text.harmony;
