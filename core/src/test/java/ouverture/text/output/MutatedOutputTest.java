package ouverture.text.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ouverture.text.Tokenizer;
import ouverture.text.harmony.HarmonyContent;
import ouverture.text.harmony.HarmonyMessage;
import ouverture.text.harmony.HarmonyParser;
import ouverture.text.harmony.HarmonyRole;
import ouverture.text.harmony.HarmonyVocabulary;
import ouverture.text.output.LetterReference.Place;
import ouverture.text.output.LetterReference.Span;
import ouverture.text.output.MutatedStreams.Mutated;

/// A million mutated streams of tokens, spread over the families: nothing thrown, nothing lost, nothing of a
/// thought in the answer and nothing of the answer in a thought.
///
/// Nothing is lost: the sources of the pieces, in order, are the raw text of the tokens. gpt-oss's parser leaves
/// out headers, so there the pieces are a part of the text, in order, and what is missing is control tokens and
/// headers.
///
/// Nothing leaks: each letter (see [MutatedStreams]) comes out, once, where a [LetterReference] says that the
/// stream, as it stands after the mutation, has it. Where a stream was left well formed, the reference itself
/// must say what each letter was written for.
class MutatedOutputTest {
    private static final int STREAMS = 1_000_000 / Family.values().length + 1;
    private static final int SHARDS = 16;
    /// One stream of this number is parsed a second time, in single bytes.
    private static final int PARSED_TWICE = 32;
    /// One shard of this number has a vocabulary without the family's special tokens.
    private static final int WITHOUT_TOKENS = 4;
    /// What the marks of [MutatedStreams] stand for.
    private static final List<Place> ORIGINS = List.of(Place.THOUGHT, Place.ANSWER, Place.CALL);

    /// A family's streams and what says where their letters are, with counts of what was seen.
    ///
    /// @param letters all of them
    /// @param thoughts those in thoughts
    /// @param open those of which the reference does not know whether they are thought or answer
    /// @param wellFormed those of streams that were left well formed
    private record Subject(
            MutatedStreams streams,
            LetterReference reference,
            LongAdder letters,
            LongAdder thoughts,
            LongAdder open,
            LongAdder wellFormed) {
        static Subject of(Family family, boolean hasTokens) {
            MutatedStreams streams = MutatedStreams.of(family, hasTokens);
            return new Subject(
                    streams,
                    LetterReference.of(streams),
                    new LongAdder(),
                    new LongAdder(),
                    new LongAdder(),
                    new LongAdder());
        }

        List<Output> parse(Mutated mutated, int[] ids, DeclaredTools tools) {
            return Family.merged(
                    Family.run(streams.format().parser(streams.tokenizer(), tools, mutated.prompt()), ids));
        }

        String describe(Mutated mutated, DeclaredTools tools, List<Output> pieces) {
            return "%s, %d tools, \"%s\" and then \"%s\": %s"
                    .formatted(
                            streams.family(), tools.textParameters().size(), mutated.prompt(), mutated.raw(), pieces);
        }
    }

    @Test
    void everyFormatHasAFamilyThatThinks() {
        assertThat(Arrays.stream(Family.values())
                        .map(Family::format)
                        .filter(format -> format.thoughts().isPresent()))
                .containsAll(OutputFormat.ALL);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void nothingIsThrownLostOrLeaked(Family family) {
        Subject usual = Subject.of(family, true);
        Subject spelled = usual.streams.format().isHarmony() ? usual : Subject.of(family, false);
        IntStream.range(0, SHARDS).parallel().forEach(shard -> {
            Random random = new Random(1000L * family.ordinal() + shard);
            Subject subject = shard % WITHOUT_TOKENS == 0 ? spelled : usual;
            for (int i = 0; i <= STREAMS / SHARDS; i++) {
                check(
                        subject,
                        subject.streams.mutated(random),
                        random.nextInt(4) == 0 ? DeclaredTools.NONE : Family.TOOLS,
                        i % PARSED_TWICE == 0);
            }
        });
        for (Subject subject : List.of(usual, spelled)) {
            long letters = subject.letters.sum();
            boolean thinks = subject.streams.format().thoughts().isPresent();
            assertThat(letters).isGreaterThan(STREAMS / 2);
            assertThat(subject.thoughts.sum()).isBetween(thinks ? letters / 10 : 0, thinks ? letters / 2 : 0);
            assertThat(subject.wellFormed.sum()).isGreaterThan(letters / 100);
            assertThat(subject.open.sum()).isLessThan(letters / 50);
        }
    }

    private static void check(Subject subject, Mutated mutated, DeclaredTools tools, boolean twice) {
        List<Output> pieces = subject.parse(mutated, mutated.ids(), tools);
        checkComplete(subject, mutated, tools, pieces);
        checkLetters(subject, mutated, tools, pieces);
        // Harmony's reader decides with each token whether text can still be a header, so there tokens matter.
        if (twice && !subject.streams.format().isHarmony()) {
            List<Output> again = subject.parse(mutated, subject.streams.inBytes(mutated.ids()), tools);
            if (!again.equals(pieces)) {
                assertThat(again).as(subject.describe(mutated, tools, pieces)).isEqualTo(pieces);
            }
        }
    }

    private static void checkComplete(Subject subject, Mutated mutated, DeclaredTools tools, List<Output> pieces) {
        Tokenizer tokenizer = subject.streams.tokenizer();
        StringBuilder sources = new StringBuilder();
        pieces.forEach(piece -> sources.append(piece.source()));
        boolean complete = subject.streams.format().isHarmony()
                ? isPart(sources.toString(), mutated.raw()) && hasAllContents(sources.toString(), tokenizer, mutated)
                : sources.toString().equals(mutated.raw());
        if (!complete) {
            assertThat(sources.toString())
                    .as(subject.describe(mutated, tools, pieces))
                    .isEqualTo(mutated.raw());
        }
    }

    private static void checkLetters(Subject subject, Mutated mutated, DeclaredTools tools, List<Output> pieces) {
        String wrong;
        try {
            Place[] found = found(mutated.origins().length(), pieces);
            List<Set<Place>> places = subject.reference.places(mutated, !tools.isEmpty(), spans(pieces));
            wrong = wrongLetter(subject, mutated, !tools.isEmpty(), found, places);
        } catch (IllegalStateException e) {
            wrong = e.getMessage();
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(wrong + " " + subject.describe(mutated, tools, pieces));
        }
    }

    /// Where each letter came out.
    private static Place[] found(int letters, List<Output> pieces) {
        Place[] found = new Place[letters];
        Arrays.fill(found, Place.NOWHERE);
        for (Output piece : pieces) {
            Place place = switch (piece) {
                case Output.Text _ -> Place.ANSWER;
                case Output.Thinking _ -> Place.THOUGHT;
                case Output.Call _ -> Place.CALL;
                case Output.Markup _ -> Place.NOWHERE;
            };
            String source = piece.source();
            for (int at = 0; at < source.length(); at++) {
                if (MutatedStreams.isLetter(source.charAt(at))) {
                    int letter = source.charAt(at) - MutatedStreams.FIRST_LETTER;
                    if (found[letter] != Place.NOWHERE) {
                        throw new IllegalStateException("Letter %d comes twice.".formatted(letter));
                    }
                    found[letter] = place;
                }
            }
        }
        for (Output piece : pieces) {
            if (piece instanceof Output.Call call
                    && call.arguments()
                            .chars()
                            .filter(MutatedStreams::isLetter)
                            .anyMatch(c -> found[c - MutatedStreams.FIRST_LETTER] != Place.CALL)) {
                throw new IllegalStateException("A call's arguments are not of its source.");
            }
        }
        return found;
    }

    private static List<Span> spans(List<Output> pieces) {
        List<Span> spans = new ArrayList<>();
        int at = 0;
        for (Output piece : pieces) {
            int to = at + piece.source().length();
            if (piece instanceof Output.Call && to > at) {
                spans.add(new Span(at, to));
            }
            at = to;
        }
        return spans;
    }

    /// @return what is wrong, or nothing
    private static String wrongLetter(
            Subject subject, Mutated mutated, boolean hasTools, Place[] found, List<Set<Place>> places) {
        if (places.size() != found.length) {
            return "The reference has %d letters of %d.".formatted(places.size(), found.length);
        }
        for (int i = 0; i < found.length; i++) {
            Set<Place> allowed = places.get(i);
            Place origin =
                    ORIGINS.get(MutatedStreams.MARKS.indexOf(mutated.origins().charAt(i)));
            boolean known = mutated.wellFormed() && (hasTools || origin != Place.CALL);
            if (!allowed.contains(found[i])) {
                return "Letter %d (%s) is %s.".formatted(i, allowed, found[i]);
            }
            if (known && !allowed.equals(Set.of(origin))) {
                return "The reference says %s of letter %d, which is %s.".formatted(allowed, i, origin);
            }
            subject.wellFormed.add(known ? 1 : 0);
            subject.thoughts.add(allowed.contains(Place.THOUGHT) ? 1 : 0);
            subject.open.add(allowed.contains(Place.THOUGHT) && allowed.contains(Place.ANSWER) ? 1 : 0);
        }
        subject.letters.add(found.length);
        return "";
    }

    /// Whether a text has what every message says, one after the other; white space does not count.
    private static boolean hasAllContents(String text, Tokenizer tokenizer, Mutated mutated) {
        HarmonyParser parser = HarmonyParser.lenient(new HarmonyVocabulary(tokenizer), HarmonyRole.ASSISTANT);
        IntStream.concat(IntStream.of(tokenizer.encode(mutated.opening(), false, true)), IntStream.of(mutated.ids()))
                .forEach(parser::feed);
        parser.finish();
        String dense = dense(text);
        int at = 0;
        for (HarmonyMessage message : parser.messages()) {
            String content = dense(((HarmonyContent.Text) message.content()).text());
            int found = dense.indexOf(content, at);
            if (found < 0) {
                return false;
            }
            at = found + content.length();
        }
        return true;
    }

    private static String dense(String text) {
        return text.replaceAll("\\s+", "");
    }

    /// Whether a text is another one with control tokens and headers left out; white space does not count.
    private static boolean isPart(String text, String raw) {
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isWhitespace(text.charAt(i))) {
                at = raw.indexOf(text.charAt(i), at) + 1;
                if (at == 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
