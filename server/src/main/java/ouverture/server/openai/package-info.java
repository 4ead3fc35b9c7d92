/// The API of OpenAI: chat completions, completions, models.
@org.jspecify.annotations.NullMarked
package ouverture.server.openai;
