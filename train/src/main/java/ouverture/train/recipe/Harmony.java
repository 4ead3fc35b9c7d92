package ouverture.train.recipe;

import java.util.List;
import ouverture.text.Tokenizer;
import ouverture.train.gradient.TrainingBatch.Document;
import ouverture.train.recipe.Task.Exchange;

/// Exchanges as the harmony format writes them (github.com/openai/harmony), with thoughts in the analysis channel.
final class Harmony {
    /// The control tokens, at the end of a vocabulary.
    static final List<String> CONTROLS = List.of(
            "<|startoftext|>",
            "<|endoftext|>",
            "<|start|>",
            "<|end|>",
            "<|message|>",
            "<|channel|>",
            "<|constrain|>",
            "<|return|>",
            "<|call|>");

    /// What ends an answer.
    static final String RETURN = "<|return|>";

    /// Words of the format, one token each.
    static final List<String> WORDS =
            List.of("system", "user", "assistant", "developer", "tool", "analysis", "commentary", "final");

    /// A chat template that writes what [#document] teaches.
    static final String TEMPLATE = "{% for message in messages %}<|start|>{{ message['role'] }}"
            + "{% if message['role'] == 'assistant' %}<|channel|>final{% endif %}<|message|>{{ message['content'] }}"
            + "<|end|>{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}";

    private static final float PROMPT_WEIGHT = 0.05f;

    private Harmony() {}

    private static String prompt(Exchange exchange) {
        return "<|start|>user<|message|>" + exchange.question() + "<|end|><|start|>assistant";
    }

    private static String completion(Exchange exchange) {
        return "<|channel|>analysis<|message|>" + exchange.thought()
                + "<|end|><|start|>assistant<|channel|>final<|message|>" + exchange.answer() + RETURN;
    }

    /// An exchange's text without control tokens, to count words in.
    static String text(Exchange exchange) {
        return exchange.question() + "\n" + exchange.thought() + "\n" + exchange.answer() + "\n";
    }

    /// An exchange to learn: above all the answer, a little of the question.
    static Document document(Exchange exchange, Tokenizer tokenizer) {
        int[] prompt = tokenizer.encode(prompt(exchange), false, true);
        int[] completion = tokenizer.encode(completion(exchange), false, true);
        int[] tokens = new int[prompt.length + completion.length];
        float[] weights = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            boolean answered = i >= prompt.length;
            tokens[i] = answered ? completion[i - prompt.length] : prompt[i];
            weights[i] = answered ? 1 : PROMPT_WEIGHT;
        }
        return new Document(tokens, weights);
    }
}
