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

    private Matcher matcher(Record key, Function<TokenTrie, Grammar> compiler) {
        Grammar known = known(key);
        return (known == null ? keep(key, compiler.apply(trie())) : known).matcher();
    }

    private synchronized @Nullable Grammar known(Record key) {
        return recent.get(key);
    }

    /// Keeps a grammar, unless somebody else was faster with the same.
    private synchronized Grammar keep(Record key, Grammar grammar) {
        Grammar first = recent.putIfAbsent(key, grammar);
        if (recent.size() > MOST) {
            recent.remove(recent.keySet().iterator().next());
        }
        return first == null ? grammar : first;
    }

    private synchronized TokenTrie trie() {
        TokenTrie tree = trie == null ? TokenTrie.of(tokenizer) : trie;
        trie = tree;
        return tree;
    }
}
