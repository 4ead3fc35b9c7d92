package ouverture.constrain;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import ouverture.error.RequestException;
import ouverture.text.Tokenizer;

/// A constraint made ready for a vocabulary. It remembers what its answers worked out, within bounds, so it is
/// worth keeping; see [Matcher] for which threads may use it.
public final class Grammar {
    /// Masks that are remembered, a bit for each token of the vocabulary.
    private static final int MOST_MASKS = 128;

    /// Bytes of text without a choice that are looked at.
    private static final int MOST_FORCED = 256;

    private final Recogniser recogniser;
    private final Tokenizer tokenizer;
    private final TokenTrie trie;
    private final Map<Integer, Integer> symbols = new HashMap<>();
    private final int[] endings;
    private final Deque<Place> masked = new ArrayDeque<>();

    /// @param symbols ids of the special tokens that the rules name, by their number there
    Grammar(Rules rules, Expression.Rule root, List<Integer> symbols, Tokenizer tokenizer, TokenTrie trie) {
        this.recogniser = new Recogniser(NetworkBuilder.build(rules, root), symbols.size());
        this.tokenizer = tokenizer;
        this.trie = trie;
        for (int number = 0; number < symbols.size(); number++) {
            this.symbols.put(symbols.get(number), number);
        }
        this.endings = IntStream.range(0, tokenizer.size()).filter(this::ends).toArray();
    }

    /// A grammar for a text that is an answer as a whole.
    ///
    /// @param trie of the tokenizer
    /// @throws RequestException if the constraint is not understood, has a part that is not supported, or is too
    ///     large
    public static Grammar of(Constraint constraint, Tokenizer tokenizer, TokenTrie trie) {
        Rules rules = new Rules();
        return new Grammar(
                rules,
                rules.add("the answer", expression(constraint, new JsonRules(rules, CharacterSet.NONE))),
                List.of(),
                tokenizer,
                trie);
    }

    /// A grammar for all that a model writes, markup included; throws as the other.
    public static Grammar of(AnswerForm form, Tokenizer tokenizer, TokenTrie trie) {
        AnswerRules answer = new AnswerRules(form, tokenizer);
        Expression.Rule root = answer.root();
        return new Grammar(answer.rules(), root, answer.symbols(), tokenizer, trie);
    }

    /// What a constraint says.
    ///
    /// @param json takes the rules that it needs
    static Expression expression(Constraint constraint, JsonRules json) {
        return switch (constraint) {
            case Constraint.JsonSchema(String schema) -> SchemaRules.parse(schema, json);
            case Constraint.JsonObject() -> json.object();
            case Constraint.Regex(String expression) -> RegexParser.whole(expression, Expression.Characters::new);
            case Constraint.Choice(List<String> texts) ->
                new Expression.Choice(texts.stream().map(Expression::text).toList());
            case Constraint.Gbnf(String grammar) -> GbnfParser.parse(grammar, json.rules());
        };
    }

    /// The beginning of an answer.
    public Matcher matcher() {
        return new Matcher(this, recogniser.start());
    }

    void renew() {
        recogniser.renew();
    }

    /// Whether a token ends answers and is no part of this grammar.
    boolean ends(int id) {
        return id < tokenizer.size() && tokenizer.endsGeneration(id) && !symbols.containsKey(id);
    }

    /// The place after a token, [Place#NOWHERE] if it does not fit.
    Place after(int id, Place place) {
        if (id >= trie.size()) {
            return Place.NOWHERE;
        }
        Integer symbol = symbols.get(id);
        if (symbol != null) {
            return recogniser.afterSymbol(place, symbol);
        }
        return trie.isSilent(id) ? Place.NOWHERE : trie.after(id, place, recogniser);
    }

    /// The tokens of the text that must follow, whatever comes behind it; none where there is a choice. They are
    /// those that the tokenizer makes of this text alone, or else the longest ones, one after another. Texts have
    /// other tokens too, and which of them come is for the model to say.
    int[] forced(Place place) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Place at = place;
        for (int next = recogniser.onlyByte(at);
                next >= 0 && text.size() < MOST_FORCED;
                next = recogniser.onlyByte(at)) {
            text.write(next);
            recogniser.renew();
            at = recogniser.afterByte(at, next);
        }
        byte[] bytes = text.toByteArray();
        int[] ids = tokenizer.encode(text.toString(StandardCharsets.UTF_8), false, false);
        return writes(ids, bytes) ? ids : longest(bytes);
    }

    /// Whether tokens write just this: tokenizers may add a space to the beginning of a text.
    private boolean writes(int[] ids, byte[] bytes) {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        for (int id : ids) {
            written.writeBytes(trie.bytes(id));
        }
        return Arrays.equals(written.toByteArray(), bytes);
    }

    private int[] longest(byte[] bytes) {
        IntStream.Builder ids = IntStream.builder();
        int at = 0;
        while (at < bytes.length) {
            int id = trie.longest(bytes, at);
            if (id < 0) {
                break;
            }
            ids.add(id);
            at += trie.bytes(id).length;
        }
        return ids.build().toArray();
    }

    /// Works out all tokens that may follow, and remembers them.
    long[] mask(Place place) {
        long[] bits = new long[(trie.size() + 63) >> 6];
        trie.mark(place, recogniser, bits);
        symbols.forEach((id, symbol) -> {
            boolean fits = recogniser.afterSymbol(place, symbol) != Place.NOWHERE;
            bits[id >> 6] = bits[id >> 6] & ~(1L << id) | (fits ? 1L << id : 0);
        });
        for (int id : endings) {
            bits[id >> 6] = bits[id >> 6] & ~(1L << id) | (place.isEnd() ? 1L << id : 0);
        }
        place.mask(bits);
        masked.add(place);
        if (masked.size() > MOST_MASKS) {
            masked.remove().mask(null);
        }
        return bits;
    }
}
