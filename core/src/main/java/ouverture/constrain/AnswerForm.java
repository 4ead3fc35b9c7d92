package ouverture.constrain;

import java.util.List;
import java.util.Optional;
import ouverture.error.RequestException;
import ouverture.text.output.OutputFormat;
import ouverture.text.output.Thoughts;

/// All that a model may write for an answer, in the markup of its family: thoughts first, where it may think,
/// then a text or calls of tools.
///
/// @param text what the text is held to; empty for any text
/// @param calls the tools that may be called
/// @param mustCall whether there has to be a call and no text
public record AnswerForm(
        OutputFormat format, Beginning beginning, Optional<Constraint> text, List<Call> calls, boolean mustCall) {
    /// What the prompt has begun.
    public enum Beginning {
        /// Nothing: a thought may come, and then the answer.
        TURN,
        /// A thought.
        THOUGHT,
        /// The answer.
        ANSWER;

        /// What a prompt has begun.
        ///
        /// @param mayThink whether a thought may follow
        public static Beginning of(OutputFormat format, String prompt, boolean mayThink) {
            Optional<Thoughts> thoughts = format.thoughts();
            if (thoughts.isEmpty()) {
                return ANSWER;
            }
            if (thoughts.get().isOpenedBy(prompt)) {
                return THOUGHT;
            }
            if (format.isHarmony()) {
                return prompt.endsWith(thoughts.get().answer()) ? ANSWER : TURN;
            }
            return mayThink ? TURN : ANSWER;
        }
    }

    /// A tool that may be called.
    ///
    /// @param parameters JSON Schema of its arguments
    /// @param isStrict whether the arguments must fit it in any case; if not, a schema that is not supported is
    ///     taken for any object
    public record Call(String name, String parameters, boolean isStrict) {
        /// Arguments of this tool.
        Expression arguments(JsonRules json) {
            try {
                return SchemaRules.parse(parameters, json);
            } catch (RequestException e) {
                if (isStrict) {
                    throw new RequestException("The tool " + name + " cannot be strict: " + e.getMessage(), e);
                }
                return json.object();
            }
        }
    }

    public AnswerForm {
        calls = List.copyOf(calls);
    }
}
