package ouverture.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// Decides how many guesses each sequence gets in a step: as many as make the most tokens in the least time, by
/// what was learned of chances and of times, which may be none. The clock decides about speed only: which tokens
/// come does not depend on what was guessed. Not thread-safe.
final class Drafting {
    /// Grounds of guesses that a constraint makes: all tokens but the last of a text without a choice, and the
    /// last, which the model may write together with what comes behind it.
    private static final int INSIDE = 0;

    private static final int LAST = 1;

    /// Steps after which guesses that were given up are tried again.
    private static final int RETRY_STEPS = 128;

    private final Draft draft;
    private final LongSupplier clock;
    private final Acceptance acceptance;
    private final Acceptance forcedAcceptance = new Acceptance(LAST + 1, null);
    private final StepTimes times;
    private final Map<Sequence, Track> tracks = new HashMap<>();
    private int givenUp;

    /// What is known of one sequence.
    private static final class Track {
        private final Acceptance acceptance;
        private final Acceptance forcedAcceptance;
        private Draft.Guess guess = Draft.Guess.NOTHING;
        /// Whether the guess is the constraint's and not the draft's.
        private boolean isForced;
        private int position;

        private Track(Acceptance acceptance, Acceptance forcedAcceptance) {
            this.acceptance = acceptance;
            this.forcedAcceptance = forcedAcceptance;
        }

        private Acceptance ofGuess() {
            return isForced ? forcedAcceptance : acceptance;
        }

        /// The chance that the first `count` guesses are right.
        private double chance(int count) {
            double chance = 1;
            for (int i = 0; i < count; i++) {
                chance *= ofGuess().chance(guess.grounds()[i]);
            }
            return chance;
        }
    }

    /// @param sequences that run at once
    /// @param clock in nanoseconds
    Drafting(Draft draft, int sequences, LongSupplier clock) {
        this.draft = draft;
        this.clock = clock;
        this.acceptance = new Acceptance(draft.grounds(), null);
        this.times = new StepTimes(sequences + Draft.MOST);
    }

    /// Tokens to be computed behind the last one of each sequence.
    ///
    /// @param sequences that have one row each in the next step
    /// @param room rows that the step may have beside
    List<int[]> guess(List<Sequence> sequences, int room) {
        int budget = Math.min(Draft.MOST, room);
        List<Track> running = sequences.stream()
                .map(sequence -> tracks.computeIfAbsent(sequence, _ -> track()))
                .toList();
        int passes = passes(running, budget);
        double least = leastChance(running);
        List<Draft.Wish> wishes = new ArrayList<>();
        for (int i = 0; i < running.size(); i++) {
            Sequence sequence = sequences.get(i);
            Track track = running.get(i);
            // The last token of an answer is not computed, and each step draws one more than was guessed.
            int left = sequence.left() - 1;
            track.guess = forced(sequence, Math.min(budget, left));
            track.isForced = track.guess.count() > 0;
            track.position = sequence.length();
            wishes.add(new Draft.Wish(sequence, track.isForced ? 0 : Math.min(passes, left), least, track.acceptance));
        }
        List<Draft.Guess> guesses = passes == 0 ? List.of() : draft.guess(wishes);
        for (int i = 0; i < guesses.size(); i++) {
            Track track = running.get(i);
            track.guess = track.isForced ? track.guess : guesses.get(i);
        }
        int[] counts = counts(running, budget);
        List<int[]> tokens = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            Draft.Guess guess = running.get(i).guess;
            tokens.add(
                    Draft.Guess.of(guess.tokens(), guess.grounds(), counts[i]).tokens());
        }
        return tokens;
    }

    private Track track() {
        return new Track(new Acceptance(draft.grounds(), acceptance), new Acceptance(LAST + 1, forcedAcceptance));
    }

    /// What a constraint leaves no choice about.
    private static Draft.Guess forced(Sequence sequence, int most) {
        int[] tokens = sequence.withoutChoice();
        int[] grounds = new int[tokens.length];
        Arrays.fill(grounds, INSIDE);
        if (grounds.length > 0) {
            grounds[grounds.length - 1] = LAST;
        }
        return Draft.Guess.of(tokens, grounds, Math.clamp(most, 0, tokens.length));
    }

    /// How far ahead guesses are worth their own time, where they take any.
    private int passes(List<Track> running, int budget) {
        if (draft.passNanos() == 0) {
            return budget;
        }
        int sequences = running.size();
        double[] chances = new double[sequences];
        Arrays.fill(chances, 1);
        double expected = sequences;
        double best = expected / times.expected(sequences);
        int passes = 0;
        for (int pass = 1; times.isMeasured() && pass * sequences <= budget; pass++) {
            for (int i = 0; i < sequences; i++) {
                chances[i] *= running.get(i).acceptance.chance();
                expected += chances[i];
            }
            double rate = expected / (times.expected(sequences + pass * sequences) + pass * draft.passNanos());
            if (rate > best) {
                best = rate;
                passes = pass;
            }
        }
        givenUp = passes == 0 ? givenUp + 1 : 0;
        return givenUp % RETRY_STEPS == RETRY_STEPS - 1 && sequences <= budget ? 1 : passes;
    }

    /// The chance that a token must have to be worth a pass of the draft: the time that it takes over the time
    /// that it saves.
    private double leastChance(List<Track> running) {
        double token = times.expected(running.size()) / running.size();
        return Math.min(1, draft.passNanos() / running.size() / token);
    }

    /// Gives rows to the likeliest guesses as long as that promises more tokens in a second.
    private int[] counts(List<Track> running, int budget) {
        int sequences = running.size();
        int[] counts = new int[sequences];
        int[] best = counts.clone();
        double expected = sequences;
        double bestRate = expected / times.expected(sequences);
        for (int rows = sequences + 1; rows <= sequences + budget; rows++) {
            int next = -1;
            double chance = 0;
            for (int i = 0; i < sequences; i++) {
                Track track = running.get(i);
                double own = counts[i] < track.guess.count() ? track.chance(counts[i] + 1) : 0;
                if (own > chance) {
                    next = i;
                    chance = own;
                }
            }
            if (next < 0) {
                break;
            }
            counts[next]++;
            expected += chance;
            double rate = expected / times.expected(rows);
            if (rate > bestRate) {
                bestRate = rate;
                best = counts.clone();
            }
        }
        return best;
    }

    /// Compares what came with what had been guessed, whether it was computed or not.
    void learn(Sequence sequence) {
        Track track = tracks.get(sequence);
        if (track == null) {
            return;
        }
        for (int i = 0; i < track.guess.count() && track.position + i < sequence.length(); i++) {
            boolean right = sequence.token(track.position + i) == track.guess.tokens()[i];
            track.ofGuess().note(track.guess.grounds()[i], right);
            if (!right) {
                break;
            }
        }
        track.guess = Draft.Guess.NOTHING;
        track.acceptance.fade();
        track.forcedAcceptance.fade();
    }

    /// The time, for [#note].
    long now() {
        return clock.getAsLong();
    }

    /// Takes note of a step in which each row had logits.
    ///
    /// @param start when it began
    void note(int rows, long start) {
        times.note(rows, now() - start);
        acceptance.fade();
        forcedAcceptance.fade();
    }

    /// Forgets a sequence that does not run any more.
    void forget(Sequence sequence) {
        tracks.remove(sequence);
        draft.forget(sequence);
    }
}
