/// The API of Anthropic: messages, and counting their tokens.
@org.jspecify.annotations.NullMarked
package ouverture.server.anthropic;
