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
    /// Steps after which guesses that were given up are tried again.
    private static final int RETRY_STEPS = 128;

    private final Draft draft;
    private final LongSupplier clock;
    private final Acceptance acceptance;
    private final StepTimes times;
    private final Map<Sequence, Track> tracks = new HashMap<>();
    private int givenUp;

    /// What is known of one sequence.
    private static final class Track {
        private final Acceptance acceptance;
        private Draft.Guess guess = Draft.Guess.NOTHING;
        private int position;

        private Track(Acceptance acceptance) {
            this.acceptance = acceptance;
        }

        /// The chance that the first `count` guesses are right.
        private double chance(int count) {
            double chance = 1;
            for (int i = 0; i < count; i++) {
                chance *= acceptance.chance(guess.grounds()[i]);
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
                .map(sequence ->
                        tracks.computeIfAbsent(sequence, _ -> new Track(new Acceptance(draft.grounds(), acceptance))))
                .toList();
        int passes = passes(running, budget);
        double least = leastChance(running);
        List<Draft.Wish> wishes = new ArrayList<>();
        for (int i = 0; i < running.size(); i++) {
            Sequence sequence = sequences.get(i);
            // The last token of an answer is not computed, and each step draws one more than was guessed.
            int most = Math.min(passes, sequence.left() - 1);
            wishes.add(new Draft.Wish(sequence, most, least, running.get(i).acceptance));
        }
        List<Draft.Guess> guesses = passes == 0 ? List.of() : draft.guess(wishes);
        for (int i = 0; i < running.size(); i++) {
            running.get(i).guess = passes == 0 ? Draft.Guess.NOTHING : guesses.get(i);
            running.get(i).position = sequences.get(i).length();
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
            track.acceptance.note(track.guess.grounds()[i], right);
            if (!right) {
                break;
            }
        }
        track.guess = Draft.Guess.NOTHING;
        track.acceptance.fade();
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
    }

    /// Forgets a sequence that does not run any more.
    void forget(Sequence sequence) {
        tracks.remove(sequence);
        draft.forget(sequence);
    }
}
