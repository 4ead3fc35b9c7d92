package ouverture;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ouverture.constrain.AnswerForm;
import ouverture.constrain.Constraint;
import ouverture.constrain.Grammar;
import ouverture.constrain.Matcher;
import ouverture.constrain.TokenTrie;
import ouverture.text.Tokenizer;

/// The grammars of one engine: those that were asked for lately are kept, for clients ask for the same again and
/// again. Safe for use by many threads; the matchers belong to the scheduler's thread.
final class AnswerGrammars {
    /// Grammars that are kept: some megabytes each at most.
    private static final int MOST = 16;

    private final Tokenizer tokenizer;
    private final Map<Record, Grammar> recent = new LinkedHashMap<>(MOST, 0.75f, true);
    private @Nullable TokenTrie trie;

    AnswerGrammars(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// The beginning of an answer of a form.
    ///
    /// @throws ouverture.error.RequestException if its constraint cannot be kept
    Matcher matcher(AnswerForm form) {
        return matcher(form, tree -> Grammar.of(form, tokenizer, tree));
    }

    /// The beginning of a text that is held to a constraint; throws as the other.
    Matcher matcher(Constraint constraint) {
        return matcher((Record) constraint, tree -> Grammar.of(constraint, tokenizer, tree));
    }

    private synchronized Matcher matcher(Record key, Function<TokenTrie, Grammar> compiler) {
        Grammar known = recent.get(key);
        if (known == null) {
            TokenTrie tree = trie == null ? TokenTrie.of(tokenizer) : trie;
            trie = tree;
            known = compiler.apply(tree);
            recent.put(key, known);
            if (recent.size() > MOST) {
                recent.remove(recent.keySet().iterator().next());
            }
        }
        return known.matcher();
    }
}
