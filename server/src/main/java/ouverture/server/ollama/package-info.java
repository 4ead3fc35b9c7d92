/// The API of Ollama: chat, generate, and what there is.
@org.jspecify.annotations.NullMarked
package ouverture.server.ollama;
