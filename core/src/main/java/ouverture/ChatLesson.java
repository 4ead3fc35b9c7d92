package ouverture;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import ouverture.error.RequestException;
import ouverture.file.Metadata;
import ouverture.generate.SamplingParameters;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;

/// Renders conversations for learning: the tokens that an engine would ask with, and those that the model should
/// answer. Templates that print a date get 1 January 2025, so that the same conversation is always the same
/// tokens.
public final class ChatLesson {
    private final ChatPrompt prompt;
    private final Tokenizer tokenizer;

    /// What is rendered.
    ///
    /// @param asked the conversation before the answer, up to where the model goes on
    /// @param whole the conversation with its answer
    record Texts(String asked, String whole) {}

    /// An answer with what comes before it.
    ///
    /// @param prompt tokens before it
    /// @param answer tokens of the answer, the one that ends it included
    /// @param thoughts how many of these are thoughts, the first ones
    public record Turn(int[] prompt, int[] answer, int thoughts) {}

    private ChatLesson(ChatPrompt prompt, Tokenizer tokenizer) {
        this.prompt = prompt;
        this.tokenizer = tokenizer;
    }

    /// Renders by a model's own chat template; empty if its file has none.
    ///
    /// @throws ouverture.error.TemplateException if the template cannot be parsed
    public static Optional<ChatLesson> of(Metadata metadata, Tokenizer tokenizer) {
        return ChatPrompt.of(metadata, tokenizer).map(prompt -> new ChatLesson(prompt, tokenizer));
    }

    /// The last message of a conversation, which is the assistant's, as what the model should say.
    ///
    /// @param messages at least two
    /// @throws RequestException if the last message is not the assistant's, or nothing is left of it
    /// @throws ouverture.error.TemplateException if the template refuses the conversation
    public Turn turn(List<Message> messages, List<Tool> tools) {
        Message last = messages.getLast();
        if (messages.size() < 2 || last.role() != Message.Role.ASSISTANT) {
            throw new RequestException("The conversation should end with an answer of the assistant to something.");
        }
        Texts texts = prompt.texts(
                ChatRequest.of(messages).withSampling(SamplingParameters.GREEDY).withTools(tools));
        int common = commonLength(texts);
        int[] before = prompt.tokens(texts.whole.substring(0, common));
        int[] whole = prompt.tokens(texts.whole);
        int asked = agreeing(before, whole);
        int[] answer = ended(Arrays.copyOfRange(whole, asked, whole.length));
        if (answer.length < 2) {
            throw new RequestException("The chat template leaves nothing of the last answer.");
        }
        int thoughts = thoughtEnd(texts.whole, common, last.reasoning());
        int end = thoughts == 0 ? asked : agreeing(prompt.tokens(texts.whole.substring(0, thoughts)), whole);
        return new Turn(Arrays.copyOf(whole, asked), answer, Math.clamp(end - asked, 0, answer.length));
    }

    /// How many tokens of a beginning are those of the whole: its last ones may become others when text follows.
    private static int agreeing(int[] beginning, int[] whole) {
        int difference = Arrays.mismatch(beginning, whole);
        return difference < 0 ? whole.length : difference;
    }

    /// How far the conversation is the same with its answer. Where a template asks otherwise than it writes
    /// answers, the two part behind the last mark that both have.
    private static int commonLength(Texts texts) {
        int most = Math.min(texts.asked.length(), texts.whole.length());
        int common = 0;
        while (common < most && texts.asked.charAt(common) == texts.whole.charAt(common)) {
            common++;
        }
        return common == texts.asked.length()
                ? common
                : 1 + Math.max(texts.asked.lastIndexOf('>', common - 1), texts.asked.lastIndexOf('\n', common - 1));
    }

    /// The tokens up to the one that ends an answer. Where the template writes another one in the middle of a
    /// conversation, that is replaced by it.
    private int[] ended(int[] tokens) {
        int last = tokens.length - 1;
        while (last >= 0 && !tokenizer.endsGeneration(tokens[last])) {
            last--;
        }
        if (last >= 0) {
            return Arrays.copyOf(tokens, last + 1);
        }
        if (tokenizer.eos().isEmpty() || tokens.length == 0) {
            return tokens;
        }
        int end = tokenizer.eos().getAsInt();
        boolean framed = tokenizer.kind(tokens[tokens.length - 1]) == TokenKind.CONTROL;
        int[] ended = Arrays.copyOf(tokens, framed ? tokens.length : tokens.length + 1);
        ended[ended.length - 1] = end;
        return ended;
    }

    /// Where the thoughts end in the text from `start` on; 0 if the template writes none.
    private int thoughtEnd(String text, int start, String reasoning) {
        String guarded = tokenizer.guard(reasoning).strip();
        int place = guarded.isEmpty() ? -1 : text.indexOf(guarded, start);
        return place < 0 ? 0 : place + guarded.length();
    }

    /// A text and what should follow it, without a chat template. The end of the answer is taught too.
    public static Turn completion(Tokenizer tokenizer, String before, String after) {
        int[] whole = tokenizer.encode(before + after, true, false);
        int asked = agreeing(tokenizer.encode(before, true, false), whole);
        int[] answer = Arrays.copyOfRange(whole, asked, whole.length);
        if (tokenizer.eos().isPresent()) {
            answer = Arrays.copyOf(answer, answer.length + 1);
            answer[answer.length - 1] = tokenizer.eos().getAsInt();
        }
        return new Turn(Arrays.copyOf(whole, asked), answer, 0);
    }
}
