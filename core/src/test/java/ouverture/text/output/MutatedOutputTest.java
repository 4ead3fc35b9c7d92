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
import ouverture.text.TokenDecoder;
import ouverture.text.Tokenizer;
import ouverture.text.harmony.HarmonyContent;
import ouverture.text.harmony.HarmonyMessage;
import ouverture.text.harmony.HarmonyParser;
import ouverture.text.harmony.HarmonyRole;
import ouverture.text.harmony.HarmonyVocabulary;
import ouverture.text.output.MutatedStreams.Mutated;
import ouverture.text.output.TagReference.Span;

/// A million mutated streams of tokens, spread over the families: nothing thrown, nothing lost, nothing of a thought
/// in the answer or of the answer in a thought.
///
/// Nothing is lost: the sources of the pieces, in order, are the raw text of the tokens. gpt-oss's parser leaves out
/// headers, so there the pieces are a part of the text, in order, and what is missing is control tokens and headers.
///
/// Nothing leaks: each letter (see [MutatedStreams]) comes out where a reference that is not the parser says that
/// the stream, as it stands after the mutation, has it: [TagReference], and for gpt-oss [ChannelReference]. Where
/// streams were left well formed, the reference itself must say what each letter was written for.
class MutatedOutputTest {
    private static final int STREAMS = 1_000_000 / Family.values().length + 1;
    private static final int SHARDS = 16;
    /// One stream of this number is parsed a second time, in single bytes.
    private static final int PARSED_TWICE = 32;
    private static final List<Place> ORIGINS = List.of(Place.THOUGHT, Place.ANSWER, Place.CALL);

    /// A family's streams, and what says where their letters may be.
    private record Subject(MutatedStreams streams, Reference reference) {
        static Subject of(Family family) {
            MutatedStreams streams = MutatedStreams.of(family);
            if (streams.format().isHarmony()) {
                ChannelReference channels = new ChannelReference(streams.tokenizer());
                return new Subject(streams, (mutated, _, _) -> channels.places(mutated.ids(), mutated.prompt().replace("<|start|>assistant", "")));
            }
            TagReference tags = new TagReference(streams);
            return new Subject(
                    streams,
                    (mutated, tools, calls) ->
                            tags.places(mutated.ids(), !tools.isEmpty(), !mutated.prompt().isEmpty(), calls).stream()
                                    .map(Set::of)
                                    .toList());
        }

        List<Output> parse(Mutated mutated, int[] ids, DeclaredTools tools) {
            return Family.merged(Family.run(streams.parser(tools, mutated.prompt()), ids));
        }

        String describe(Mutated mutated) {
            return streams.family() + " after \"" + mutated.prompt() + "\": " + raw(streams.tokenizer(), mutated.ids());
        }
    }

    private interface Reference {
        List<Set<Place>> places(Mutated mutated, DeclaredTools tools, List<Span> calls);
    }

    /// How often the check meant something.
    private record Seen(LongAdder thoughts, LongAdder answers, LongAdder open, LongAdder wellFormed, LongAdder other, LongAdder calls) {
        Seen() {
            this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void nothingIsThrownOrLostAndNoThoughtLeaks(Family family) {
        Subject subject = Subject.of(family);
        Seen seen = new Seen();
        IntStream.range(0, SHARDS).parallel().forEach(shard -> {
            Random random = new Random(1000L * family.ordinal() + shard);
            for (int i = 0; i <= STREAMS / SHARDS; i++) {
                Mutated mutated = subject.streams.mutated(random);
                check(subject, mutated, random.nextInt(4) == 0 ? DeclaredTools.NONE : Family.TOOLS, i, seen);
            }
        });
        System.err.println(family + " " + seen);
    }

    private static void check(Subject subject, Mutated mutated, DeclaredTools tools, int number, Seen seen) {
        List<Output> pieces = subject.parse(mutated, mutated.ids(), tools);
        checkComplete(subject, mutated, pieces);
        checkLetters(subject, mutated, tools, pieces, seen);
        // Harmony's reader decides with each token whether text can still be a header, so there tokens matter.
        if (number % PARSED_TWICE == 0 && !subject.streams.format().isHarmony()) {
            List<Output> again = subject.parse(mutated, subject.streams.inBytes(mutated.ids()), tools);
            if (!again.equals(pieces)) {
                assertThat(again).as(subject.describe(mutated)).isEqualTo(pieces);
            }
        }
    }

    private static void checkComplete(Subject subject, Mutated mutated, List<Output> pieces) {
        Tokenizer tokenizer = subject.streams.tokenizer();
        StringBuilder sources = new StringBuilder();
        pieces.forEach(piece -> sources.append(piece.source()));
        String raw = raw(tokenizer, mutated.ids());
        boolean complete = subject.streams.format().isHarmony()
                ? isPart(sources.toString(), raw) && hasAllContents(sources.toString(), tokenizer, mutated)
                : sources.toString().equals(raw);
        if (!complete) {
            assertThat(sources.toString()).as("%s: %s", subject.describe(mutated), pieces).isEqualTo(raw);
        }
    }

    private static void checkLetters(Subject subject, Mutated mutated, DeclaredTools tools, List<Output> pieces, Seen seen) {
        int count = mutated.origins().length();
        Place[] found = new Place[count];
        Arrays.fill(found, Place.NOWHERE);
        List<Span> calls = new ArrayList<>();
        int at = 0;
        for (Output piece : pieces) {
            Place place =
                    switch (piece) {
                        case Output.Text _ -> Place.ANSWER;
                        case Output.Thinking _ -> Place.THOUGHT;
                        case Output.Call _ -> Place.CALL;
                        case Output.Markup _ -> Place.NOWHERE;
                    };
            String source = piece.source();
            source.chars().filter(MutatedStreams::isLetter).forEach(c -> found[c - MutatedStreams.FIRST_LETTER] = place);
            if (place == Place.CALL && !source.isEmpty()) {
                calls.add(new Span(at, at + source.length()));
            }
            at += source.length();
        }
        try {
            List<Set<Place>> places = subject.reference.places(mutated, tools, calls);
            if (places.size() != count) throw new IllegalStateException("count");
            for (int i = 0; i < count; i++) {
                Set<Place> allowed = places.get(i);
                if (!allowed.contains(found[i])) throw new IllegalStateException("letter " + (char)(0x400+i) + " is " + found[i]+ " not " + allowed);
                Place origin = ORIGINS.get(MutatedStreams.MARKS.indexOf(mutated.origins().charAt(i)));
                if (mutated.wellFormed() && (origin != Place.CALL || !tools.isEmpty()) ) {
                    seen.wellFormed.increment();
                    if (!allowed.equals(Set.of(origin))) throw new IllegalStateException("reference on letter " + (char)(0x400+i) + " says " + allowed + " not " + origin);
                }
                if (allowed.size() > 1) seen.open.increment();
                else switch(allowed.iterator().next()) { case THOUGHT -> seen.thoughts.increment(); case ANSWER -> seen.answers.increment(); case CALL -> seen.calls.increment(); case NOWHERE -> seen.other.increment(); }
            }
        } catch (IllegalStateException e) {
            FAIL.computeIfAbsent(subject.streams.family(), _ -> new java.util.concurrent.atomic.AtomicInteger()).incrementAndGet();
            if (FAIL.get(subject.streams.family()).get() < 4)
            System.err.println("FAIL " + e.getMessage() + " " + tools.isEmpty() + " " + subject.describe(mutated) + "\n   "+pieces);
        }
    }
    static final java.util.Map<Family, java.util.concurrent.atomic.AtomicInteger> FAIL = new java.util.concurrent.ConcurrentHashMap<>();
    @org.junit.jupiter.api.AfterAll static void fails() { System.err.println(FAIL); }

    private static String raw(Tokenizer tokenizer, int[] ids) {
        TokenDecoder decoder = tokenizer.rawDecoder();
        StringBuilder raw = new StringBuilder();
        for (int id : ids) {
            raw.append(decoder.push(id));
        }
        return raw.append(decoder.flush()).toString();
    }

    /// Whether a text has what every message says, one after the other; white space does not count.
    private static boolean hasAllContents(String text, Tokenizer tokenizer, Mutated mutated) {
        HarmonyParser parser = HarmonyParser.lenient(new HarmonyVocabulary(tokenizer), HarmonyRole.ASSISTANT);
        for (int id : tokenizer.encode(mutated.prompt().replace("<|start|>assistant", ""), false, true)) {
            parser.feed(id);
        }
        for (int id : mutated.ids()) {
            parser.feed(id);
        }
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
