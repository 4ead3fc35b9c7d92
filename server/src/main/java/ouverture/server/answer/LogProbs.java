package ouverture.server.answer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import ouverture.generate.TokenProbability;
import ouverture.text.Tokenizer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Log-probabilities of tokens as OpenAI writes them.
public final class LogProbs {
    /// JSON has no infinity; OpenAI writes this for what cannot be.
    private static final double LEAST = -9999;

    private final Optional<Tokenizer> tokenizer;

    /// @param tokenizer of the model; without one tokens have no text
    public LogProbs(Optional<Tokenizer> tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// The token as text; bytes that are not UTF-8 become U+FFFD.
    public String text(TokenProbability token) {
        return new String(bytes(token), StandardCharsets.UTF_8);
    }

    private byte[] bytes(TokenProbability token) {
        return tokenizer
                .filter(known -> token.id() < known.size())
                .map(known -> known.rawBytes(token.id()))
                .orElse(new byte[0]);
    }

    /// The token's log-probability, as JSON can tell it.
    public static double value(TokenProbability token) {
        return Math.max(LEAST, token.logProbability());
    }

    /// Adds tokens with their alternatives.
    public void put(List<TokenProbability> tokens, ArrayNode array) {
        for (TokenProbability token : tokens) {
            ArrayNode top = put(token, array.addObject()).putArray("top_logprobs");
            token.alternatives().forEach(alternative -> put(alternative, top.addObject()));
        }
    }

    private ObjectNode put(TokenProbability token, ObjectNode object) {
        object.put("token", text(token)).put("logprob", value(token));
        ArrayNode bytes = object.putArray("bytes");
        for (byte each : bytes(token)) {
            bytes.add(Byte.toUnsignedInt(each));
        }
        return object;
    }
}
