package ouverture.generate;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import ouverture.constrain.Matcher;
import ouverture.error.RequestException;
import ouverture.model.Adapters;

/// One running request: its tokens, how far they are computed, and where its keys and values live.
public final class Sequence {
    /// Hears of a sequence's progress on the scheduler's thread, so it must be quick and must not block.
    public interface Listener {
        /// The next token of the answer; not called for a token that ends the answer.
        ///
        /// @param probability of the token where the parameters ask for it, else its log-probability is NaN
        /// @return whether the answer goes on
        boolean token(int id, TokenProbability probability);

        /// What must come next, whatever the model would say; asked after each token that was drawn. The tokens
        /// are handed to [#token] like any other. Where they do not fit any more, the answer ends.
        default int[] forced() {
            return new int[0];
        }

        /// The end; nothing follows.
        void finished(FinishReason reason, Counts counts);

        /// The end by a failure; nothing follows.
        void failed(Throwable failure);
    }

    /// Tokens of a sequence that has ended.
    ///
    /// @param generated tokens of the answer, the one that ended it included
    /// @param cached tokens of the prompt whose keys and values were still in the cache
    /// @param drafted tokens that were guessed and computed before it was known what comes
    /// @param accepted of these, tokens that came
    public record Counts(int generated, int cached, int drafted, int accepted) {}

    /// Hears the logits, or the hidden states, of prompt positions.
    @FunctionalInterface
    public interface LogitsListener {
        void logits(int position, float[] logits);
    }

    private final int promptLength;
    private final int maxTokens;
    private final SamplingParameters parameters;
    private final Sampler sampler;
    private final IntPredicate end;
    private final Listener listener;
    private final LogitsRequest logits;
    private final @Nullable Matcher matcher;
    /// Behind the tokens that were guessed last.
    private @Nullable Matcher guessing;

    private volatile boolean cancelled;

    private int[] tokens;
    private int length;
    private int computed;
    private int cached;
    private int drafted;
    private int accepted;
    private final Adapters adapters;
    private final Variant variant;
    private final CachedBlocks blocks;

    /// Sequences that differ in this do not share what they have computed.
    private record Variant(String partition, Object adapters) {}

    /// What is wanted of a prompt.
    ///
    /// @param none nothing: an answer is
    /// @param states hidden states in place of logits
    private record LogitsRequest(LogitsListener listener, boolean none, boolean allPositions, boolean states) {}

    /// What an answer is given under besides its parameters.
    ///
    /// @param adapters that change the model for it
    /// @param partition of the prefix cache: the beginning is shared with sequences of the same partition only
    /// @param matcher of a constraint, which says what tokens may come: the answer is complete then, or was cut
    ///     off by its length; used by the scheduler's thread alone; null for all tokens
    public record Terms(
            Adapters adapters, String partition, @Nullable Matcher matcher) {
        /// The model as it is, the partition of all, and any token.
        public static final Terms USUAL = of(Adapters.NONE);

        static Terms of(Adapters adapters) {
            return new Terms(adapters, "", null);
        }
    }

    /// An answer to a prompt.
    ///
    /// @param prompt token ids, at least one
    /// @param maxTokens tokens of the answer at most, at least 1; prompt and answer must fit the context
    /// @param end whether a token ends the answer
    public Sequence(
            int[] prompt,
            Terms terms,
            SamplingParameters parameters,
            int maxTokens,
            IntPredicate end,
            Listener listener) {
        this(prompt, terms, parameters, maxTokens, end, listener, new LogitsRequest((_, _) -> {}, true, false, false));
    }

    private Sequence(
            int[] prompt,
            Terms terms,
            SamplingParameters parameters,
            int maxTokens,
            IntPredicate end,
            Listener listener,
            LogitsRequest logits) {
        this.tokens = Arrays.copyOf(prompt, prompt.length + 16);
        this.length = prompt.length;
        this.promptLength = prompt.length;
        this.adapters = terms.adapters;
        this.variant = new Variant(terms.partition, adapters.key());
        this.blocks = new CachedBlocks(variant);
        this.parameters = parameters;
        this.maxTokens = maxTokens;
        this.sampler = new Sampler(parameters, prompt);
        this.end = end;
        this.listener = listener;
        this.matcher = terms.matcher;
        this.logits = logits;
    }

    /// A prompt whose logits are wanted and no answer; it neither uses nor fills the prefix cache.
    ///
    /// @param adapters that change the model for it
    /// @param allPositions whether the logits of every position are wanted, or those of the last one only
    public static Sequence forLogits(
            int[] ids, Adapters adapters, boolean allPositions, LogitsListener logits, Listener listener) {
        return new Sequence(
                ids,
                Terms.of(adapters),
                SamplingParameters.GREEDY,
                0,
                _ -> false,
                listener,
                new LogitsRequest(logits, false, allPositions, false));
    }

    /// A prompt whose hidden states at every position are wanted and no answer; it neither uses nor fills the
    /// prefix cache.
    ///
    /// @param adapters that change the model for it
    public static Sequence forStates(int[] ids, Adapters adapters, LogitsListener states, Listener listener) {
        LogitsRequest request = new LogitsRequest(states, false, true, true);
        return new Sequence(ids, Terms.of(adapters), SamplingParameters.GREEDY, 0, _ -> false, listener, request);
    }

    /// Ends the sequence at the next step. May be called from any thread.
    public void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    Adapters adapters() {
        return adapters;
    }

    Listener listener() {
        return listener;
    }

    /// Takes known blocks for the beginning of the tokens, and fresh ones for the rest.
    ///
    /// @return whether the pool had enough; if not, nothing was taken
    boolean admit(BlockPool pool) {
        int reused = logits.none ? blocks.reuse(pool, tokens, 0, length - 1) : 0;
        if (!reserve(length, pool)) {
            evict(pool);
            return false;
        }
        computed = reused;
        if (length == promptLength) {
            cached = computed;
        }
        return true;
    }

    /// Takes over what others have computed of its prompt since it was admitted.
    void catchUp(BlockPool pool) {
        if (logits.none && pending() > 1) {
            int more = blocks.reuse(pool, tokens, computed, length - 1);
            computed += more;
            cached += length == promptLength ? more : 0;
        }
    }

    /// Whether another sequence may take over its blocks up to a position, once they are computed.
    boolean sharesBeginning(Sequence other, int end) {
        return logits.none
                && other.logits.none
                && variant.equals(other.variant)
                && Arrays.equals(tokens, 0, end, other.tokens, 0, end);
    }

    String partition() {
        return variant.partition;
    }

    /// Takes the blocks that are missing for `positions` positions.
    ///
    /// @return whether the pool had enough; if not, nothing was taken
    boolean reserve(int positions, BlockPool pool) {
        return blocks.reserve(pool, positions);
    }

    /// Gives all blocks back; what was computed must be computed again, or found in the pool, when the sequence
    /// is admitted again.
    void evict(BlockPool pool) {
        blocks.release(pool);
        computed = 0;
    }

    /// Tokens that are known and not yet computed.
    int pending() {
        return length - computed;
    }

    int computed() {
        return computed;
    }

    /// Tokens of the prompt and of the answer as far as it is known.
    int length() {
        return length;
    }

    int token(int position) {
        return tokens[position];
    }

    /// Copies the tokens from position `from` on to the same places of another array.
    void copyTokens(int from, int[] to) {
        System.arraycopy(tokens, from, to, from, length - from);
    }

    /// The first position from `from` on, and before `to`, whose token is another one than in `others`; `to` if
    /// there is none.
    int mismatch(int[] others, int from, int to) {
        int difference = Arrays.mismatch(tokens, from, to, others, from, to);
        return difference < 0 ? to : from + difference;
    }

    /// Whether hidden states are wanted where others want logits.
    boolean wantsStates() {
        return logits.states;
    }

    /// Whether it is an answer; if not, only the logits of its prompt are wanted, or its hidden states.
    boolean isAnswer() {
        return logits.none;
    }

    /// Tokens that the answer may still have.
    int left() {
        return maxTokens - (length - promptLength);
    }

    int[] table() {
        return blocks.table();
    }

    /// Whether somebody waits for the logits, or the hidden state, of this position.
    boolean wantsLogits(int position) {
        return position == length - 1 || logits.allPositions;
    }

    /// Takes note that the next `count` tokens are computed, and remembers blocks that became full.
    void advance(int count, BlockPool pool) {
        computed += count;
        if (logits.none) {
            blocks.remember(pool, tokens, computed);
        }
    }

    /// Takes the logits, or the hidden state, of a prompt's position.
    ///
    /// @return why the sequence ends now, or null if it goes on
    @Nullable
    FinishReason hear(int position, float[] row) {
        logits.listener.logits(position, row);
        return position == promptLength - 1 ? FinishReason.LENGTH : null;
    }

    /// Draws the next token, and goes on drawing as long as what came had been guessed: then the logits after it
    /// are known too. Each token is drawn as it would have been without guesses.
    ///
    /// @param guessed tokens that were computed behind the known ones, all of which are computed
    /// @param rows logits after the last known token (0), and after as many guesses as the number says
    /// @return why the sequence ends now, or null if it goes on
    @Nullable
    FinishReason draw(int[] guessed, IntFunction<float[]> rows, BlockPool pool) {
        int known = length;
        FinishReason reason = accept(rows.apply(0));
        int right = right(guessed, known);
        while (reason == null && right == length - known) {
            reason = accept(rows.apply(right));
            right = right(guessed, known);
        }
        drafted += guessed.length;
        accepted += right;
        advance(right, pool);
        assert reason != null || pending() > 0 : "nothing to go on with";
        return reason;
    }

    /// What would be drawn from logits that another model takes for those after the next `ahead` tokens.
    int guess(float[] row, int ahead) {
        if (matcher == null) {
            return sampler.guess(row, ahead, _ -> true);
        }
        Matcher place = ahead == 0 || guessing == null ? matcher.copy() : guessing;
        guessing = place;
        if (place.isComplete()) {
            return sampler.guess(row, ahead, _ -> true);
        }
        int token = sampler.guess(row, ahead, place);
        place.advance(token);
        return token;
    }

    /// How many of these guesses, in order, may come next.
    int fitting(int[] guesses) {
        return matcher == null ? guesses.length : matcher.fitting(guesses);
    }

    /// The tokens of the text that its constraint leaves no choice about; none without a constraint.
    int[] withoutChoice() {
        try {
            return matcher == null ? new int[0] : matcher.forced();
        } catch (RequestException e) {
            // Nobody else's step is to fail for it: drawing the next token says so.
            return new int[0];
        }
    }

    /// How many tokens from position `from` on are as guessed.
    private int right(int[] guessed, int from) {
        int most = Math.min(guessed.length, length - from);
        int difference = Arrays.mismatch(guessed, 0, most, tokens, from, from + most);
        return difference < 0 ? most : difference;
    }

    /// Draws a token from the logits after the last one.
    private @Nullable FinishReason accept(float[] row) {
        float[] unchanged = parameters.logProbs() >= 0 ? row.clone() : row;
        int token = matcher == null ? sampler.sample(row) : sampler.sample(row, matcher);
        if (end.test(token)) {
            append(token);
            return FinishReason.STOP;
        }
        TokenProbability probability = parameters.logProbs() >= 0
                ? Sampler.probability(unchanged, token, parameters.logProbs())
                : new TokenProbability(token, Double.NaN, List.of());
        FinishReason reason = take(token, probability);
        if (reason != null) {
            return reason;
        }
        int[] next = listener.forced();
        if (length - promptLength + next.length > maxTokens) {
            return FinishReason.LENGTH;
        }
        for (int forced : next) {
            sampler.remember(forced);
            // Its probability is one: nothing else could have come.
            reason = take(forced, new TokenProbability(forced, 0, List.of()));
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    private @Nullable FinishReason take(int token, TokenProbability probability) {
        append(token);
        if (matcher != null) {
            matcher.advance(token);
        }
        if (!listener.token(token, probability) || matcher != null && matcher.isComplete()) {
            return FinishReason.STOP;
        }
        return length - promptLength >= maxTokens ? FinishReason.LENGTH : null;
    }

    private void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    /// Gives the blocks back and tells the listener.
    void finish(FinishReason reason, BlockPool pool) {
        evict(pool);
        listener.finished(reason, new Counts(length - promptLength, cached, drafted, accepted));
    }

    /// Gives the blocks back and tells the listener.
    void fail(Throwable failure, BlockPool pool) {
        evict(pool);
        listener.failed(failure);
    }
}
