package ouverture.generate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import ouverture.model.ForwardPass;
import ouverture.model.Model;
import ouverture.model.Scratch;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// Guesses what a smaller model would say, which runs ahead of the large one with a cache of its own. It knows
/// nothing of adapters or whatever else changes the large model's logits; that costs hits, and no exactness.
final class ModelDraft extends Draft {
    /// Differences of the two best logits from which on the small model is surer of its guess.
    private static final float[] MARGINS = {0.25f, 0.5f, 1, 1.5f, 2, 3, 4, 6, 8};

    /// Weight of a new measurement of a pass, and of one that is faster: what disturbs only makes passes slower.
    private static final double WEIGHT = 0.1;

    private static final double WEIGHT_FASTER = 0.5;

    private final Model model;
    private final Kernels kernels;
    private final KvCache cache;
    private final Scratch scratch;
    private final int batchTokens;
    private final Vocabularies vocabularies;
    private final LongSupplier clock;
    private final BlockPool pool;
    private final Map<Sequence, Runner> runners = new HashMap<>();
    private double passNanos;
    private boolean hasPassed;

    /// The small model's place in one sequence.
    private static final class Runner {
        private final CachedBlocks blocks;
        /// The sequence's tokens, and behind them the guess.
        private int[] tokens = new int[0];
        private int[] grounds = new int[0];
        private int known;
        private int guessed;
        /// Tokens in the cache.
        private int computed;
        private double chance;
        /// Tokens that the next pass computes.
        private int rows;

        private Runner(String partition) {
            blocks = new CachedBlocks(partition);
        }
    }

    ModelDraft(
            Model model,
            Kernels kernels,
            KvCache cache,
            Scratch scratch,
            Scheduler.Limits limits,
            Vocabularies vocabularies,
            LongSupplier clock) {
        this.model = model;
        this.kernels = kernels;
        this.cache = cache;
        this.scratch = scratch;
        this.batchTokens = limits.batchTokens();
        this.vocabularies = vocabularies;
        this.clock = clock;
        this.pool = new BlockPool(cache.blocks(), cache.blockSize());
    }

    @Override
    int grounds() {
        return MARGINS.length + 1;
    }

    /// Never 0: passes take time also before one was measured.
    @Override
    double passNanos() {
        return Math.max(1, passNanos);
    }

    /// A pass for each guess, of all sequences at once. A sequence that is far ahead of the small model, as
    /// after its prompt, is caught up with in pieces, and gets no guess until then.
    @Override
    List<Guess> guess(List<Wish> wishes) {
        int room = batchTokens;
        for (Wish wish : wishes) {
            Runner runner = follow(wish);
            runner.rows = Math.min(room, runner.rows);
            room -= runner.rows;
        }
        List<Wish> going = wishes.stream().filter(wish -> runner(wish).rows > 0).toList();
        while (!going.isEmpty()) {
            pass(going);
            going = going.stream().filter(this::goesOn).toList();
        }
        return wishes.stream().map(this::guess).toList();
    }

    private Runner runner(Wish wish) {
        return runners.computeIfAbsent(wish.sequence(), sequence -> new Runner(sequence.partition()));
    }

    /// Goes back to where the guesses were right, and takes over what is known now.
    private Runner follow(Wish wish) {
        Runner runner = runner(wish);
        Sequence sequence = wish.sequence();
        int agreed = sequence.mismatch(runner.tokens, 0, Math.min(runner.computed, sequence.length()));
        boolean isNew = runner.known == 0;
        runner.known = sequence.length();
        runner.guessed = 0;
        runner.chance = 1;
        int end = runner.known + wish.most();
        if (end > runner.tokens.length) {
            runner.tokens = Arrays.copyOf(runner.tokens, 2 * end);
        }
        runner.grounds = new int[wish.most()];
        sequence.copyTokens(agreed, runner.tokens);
        runner.computed = isNew ? runner.blocks.reuse(pool, runner.tokens, 0, runner.known - 1) : agreed;
        runner.blocks.remember(pool, runner.tokens, runner.computed);
        boolean possible = wish.most() > 0 && end <= model.contextLength() && runner.blocks.reserve(pool, end);
        runner.rows = possible ? runner.known - runner.computed : 0;
        return runner;
    }

    private void pass(List<Wish> wishes) {
        List<Runner> going = wishes.stream().map(this::runner).toList();
        int rows = going.stream().mapToInt(runner -> runner.rows).sum();
        long start = clock.getAsLong();
        Tensor logits = model.forward(new ForwardPass(kernels, batch(going, rows), cache, scratch));
        for (int i = 0; i < going.size(); i++) {
            Runner runner = going.get(i);
            runner.computed += runner.rows;
            if (runner.computed == runner.known + runner.guessed) {
                extend(runner, wishes.get(i), logits.floats(i));
            }
        }
        // Catching up is no part of a guess's price.
        if (rows <= 2 * going.size()) {
            note((double) (clock.getAsLong() - start));
        }
    }

    /// Takes note of a pass. The first one also reads the weights from the disk, and is not counted.
    private void note(double took) {
        if (hasPassed) {
            double weight = passNanos == 0 ? 1 : took < passNanos ? WEIGHT_FASTER : WEIGHT;
            passNanos += weight * (took - passNanos);
        }
        hasPassed = true;
    }

    private Batch batch(List<Runner> going, int rows) {
        int[] tokens = new int[rows];
        int[] positions = new int[rows];
        int[] sequences = new int[rows];
        int[][] tables = new int[going.size()][];
        int[] outputs = new int[going.size()];
        int row = 0;
        for (int i = 0; i < tables.length; i++) {
            Runner runner = going.get(i);
            tables[i] = runner.blocks.table();
            for (int position = runner.computed; position < runner.computed + runner.rows; position++) {
                int token = runner.tokens[position];
                tokens[row] = token < vocabularies.small() ? token : 0;
                positions[row] = position;
                sequences[row++] = i;
            }
            outputs[i] = row - 1;
        }
        return new Batch(tokens, positions, sequences, tables, outputs);
    }

    /// Adds what the small model says next.
    private void extend(Runner runner, Wish wish, float[] logits) {
        int ground = ground(logits);
        // Tables may be padded differently: what the small one lacks, it cannot guess.
        float[] widened = Arrays.copyOf(logits, vocabularies.large());
        Arrays.fill(widened, Math.min(logits.length, widened.length), widened.length, Float.NEGATIVE_INFINITY);
        runner.tokens[runner.known + runner.guessed] = wish.sequence().guess(widened, runner.guessed);
        runner.grounds[runner.guessed++] = ground;
        runner.chance *= wish.acceptance().chance(ground);
        runner.rows = 1;
    }

    private static int ground(float[] logits) {
        float best = Float.NEGATIVE_INFINITY;
        float second = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            if (logit > second) {
                second = Math.min(logit, best);
                best = Math.max(logit, best);
            }
        }
        int place = Arrays.binarySearch(MARGINS, best - second);
        return place < 0 ? -place - 1 : place + 1;
    }

    private boolean goesOn(Wish wish) {
        Runner runner = runner(wish);
        return runner.guessed > 0 && runner.guessed < wish.most() && runner.chance >= wish.least();
    }

    private Guess guess(Wish wish) {
        Runner runner = runner(wish);
        int[] tokens = Arrays.copyOfRange(runner.tokens, runner.known, runner.known + runner.guessed);
        return new Guess(tokens, Arrays.copyOf(runner.grounds, runner.guessed));
    }

    @Override
    void forget(Sequence sequence) {
        Runner runner = runners.remove(sequence);
        if (runner != null) {
            runner.blocks.release(pool);
        }
    }
}
