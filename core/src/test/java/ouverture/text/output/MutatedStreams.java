package ouverture.text.output;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ouverture.text.SpecialVocabulary;
import ouverture.text.TokenDecoder;
import ouverture.text.Tokenizer;

/// Streams of tokens that a family's model might write on a bad day: what it does write, and turns put together
/// of thoughts, answers and calls, with tokens added, left out, exchanged, repeated, cut off and taken apart into
/// bytes, parts in another order, and tags of this and other families between, as tokens and spelled out. The
/// ordinary words of the vocabulary are cut from the texts at random, so that tokens begin and end within tags.
///
/// A stream has letters that occur nowhere else, each once: Cyrillic ones, in their order. Thoughts, answers and
/// the arguments of calls are written with them. They are numbered after the mutation, so that whoever reads the
/// stream can be asked of each what it is a part of.
///
/// @param recorded what the family writes, in ids and marks
/// @param others tags, as tokens and spelled out
/// @param special ids of all special tokens
record MutatedStreams(
        Family family,
        Tokenizer tokenizer,
        OutputFormat format,
        List<int[]> recorded,
        Turn turn,
        List<int[]> others,
        int[] special) {
    /// What stands in a text for a letter of a thought, of an answer and of arguments.
    static final String MARKS = "ψτα";

    static final char FIRST_LETTER = '\u0400';
    static final int LETTERS = 0x130;
    /// The id of the first ordinary word of more than a letter.
    static final int FIRST_WORD = SpecialVocabulary.FIRST_WORD + LETTERS;

    /// What a turn of gpt-oss begins with.
    static final String TURN = "<|start|>assistant";

    private static final int MOST_TOKENS = 24;
    private static final int TEXTS_OF_A_KIND = 40;
    private static final int CUT_WORDS = 120;
    private static final List<String> FOREIGN = List.of(
            "<think>",
            "</think>",
            "[THINK]",
            "[/THINK]",
            "<|channel>",
            "<channel|>",
            "</reasoning>",
            "<tool_call>",
            "</tool_call>",
            "<|tool_call_begin|>",
            "<｜tool▁call▁begin｜>",
            "[TOOL_CALLS]");

    /// Parts of a well-formed turn, in ids and marks.
    ///
    /// @param openedBy a prompt that ends inside a thought; empty if the family has no thoughts
    private record Turn(
            String openedBy,
            List<int[]> open,
            List<int[]> thoughts,
            List<int[]> close,
            List<int[]> answers,
            List<int[]> calls) {}

    /// A stream.
    ///
    /// @param raw its text, with special tokens as they are written
    /// @param tokens for each character and the end, the special token that begins there, or an empty string
    /// @param origins for each letter, the mark that it was
    /// @param prompt what it goes on with: nothing, or what has opened a thought
    /// @param wellFormed whether each letter still is where its mark says, if the request has tools
    record Mutated(int[] ids, String raw, List<String> tokens, String origins, String prompt, boolean wellFormed) {
        /// What the prompt has opened in the turn.
        String opening() {
            return prompt.startsWith(TURN) ? prompt.substring(TURN.length()) : prompt;
        }
    }

    /// @param hasTokens whether the vocabulary has the family's special tokens; where it has not, all tags are
    ///     text
    static MutatedStreams of(Family family, boolean hasTokens) {
        Random random = new Random(family.ordinal());
        OutputFormat format = family.format();
        List<String> texts = OutputParserTest.writtenBy(family).stream()
                .map(MutatedStreams::marked)
                .toList();
        Set<String> own = tags(format);
        List<String> control = hasTokens ? family.control() : List.of();
        List<String> userDefined = Stream.concat(
                        hasTokens ? family.userDefined().stream() : Stream.empty(),
                        FOREIGN.stream().filter(tag -> !own.contains(tag)))
                .distinct()
                .toList();
        List<String> specials =
                Stream.concat(control.stream(), userDefined.stream()).toList();
        List<String> words = words(texts, own, specials, random);
        Tokenizer tokenizer = SpecialVocabulary.of(
                Stream.concat(
                                IntStream.range(0, LETTERS).mapToObj(i -> String.valueOf((char) (FIRST_LETTER + i))),
                                words.stream())
                        .toList(),
                control,
                userDefined);
        Encoder encoder = new Encoder(tokenizer, specials, words, random);
        return new MutatedStreams(
                family,
                tokenizer,
                format,
                texts.stream().flatMap(encoder::cuts).toList(),
                turn(format, tokenizer, texts, encoder, random),
                Stream.concat(own.stream(), FOREIGN.stream())
                        .flatMap(tag -> Stream.of(encoder.encode(tag), encoder.spelled(tag)))
                        .toList(),
                specials.stream()
                        .mapToInt(piece -> tokenizer.id(piece).orElseThrow())
                        .toArray());
    }

    private static String marked(String text) {
        return text.replace("Hm", "ψψ").replace("Hi", "ττ").replace("Nice", "αα");
    }

    private static Set<String> tags(OutputFormat format) {
        Set<String> tags = new LinkedHashSet<>(format.calls().sections());
        format.thoughts().ifPresent(thoughts -> tags.addAll(List.of(thoughts.open(), thoughts.close())));
        format.calls().blocks().forEach(block -> {
            tags.add(block.open());
            tags.addAll(block.closers());
        });
        tags.addAll(format.end());
        return tags;
    }

    /// Ordinary words: those of all test vocabularies, and pieces of the texts and of tags with line ends around
    /// them.
    private static List<String> words(List<String> texts, Set<String> own, List<String> specials, Random random) {
        List<String> sources = Stream.concat(texts.stream(), own.stream().map(tag -> "\n" + tag + "\n\n"))
                .toList();
        Set<String> words = new LinkedHashSet<>(SpecialVocabulary.WORDS);
        for (int i = 0; i < CUT_WORDS; i++) {
            String source = sources.get(random.nextInt(sources.size()));
            int from = random.nextInt(source.length());
            words.add(source.substring(from, Math.min(source.length(), from + 2 + random.nextInt(12))));
        }
        return words.stream()
                .filter(word -> word.length() > 1 && !word.equals("th") && !specials.contains(word))
                .filter(word -> word.chars().noneMatch(c -> MARKS.indexOf(c) >= 0 || Character.isSurrogate((char) c)))
                .toList();
    }

    private static Turn turn(
            OutputFormat format, Tokenizer tokenizer, List<String> texts, Encoder encoder, Random random) {
        Thoughts tags = format.thoughts().orElse(Thoughts.of("", "", "", "", ""));
        String start = format.isHarmony() ? TURN : "";
        return new Turn(
                tags.open().isEmpty() ? "" : start + tags.opening(),
                encoder.cuts(tags.opening()).toList(),
                noise('ψ', "", encoder, random),
                encoder.cuts(tags.closing(true)).toList(),
                noise('τ', tags.answer(), encoder, random),
                texts.stream()
                        .filter(text -> hasCallsOnly(text, format, tokenizer))
                        .flatMap(encoder::cuts)
                        .toList());
    }

    /// Whether a text has marks of arguments, all of them in calls, and none of a thought.
    private static boolean hasCallsOnly(String text, OutputFormat format, Tokenizer tokenizer) {
        List<Output> pieces =
                Family.run(format.parser(tokenizer, Family.TOOLS, ""), tokenizer.encode(text, false, true));
        String called = pieces.stream()
                .filter(Output.Call.class::isInstance)
                .map(Output::source)
                .collect(Collectors.joining());
        long marks = text.chars().filter(c -> c == 'α').count();
        return marks > 0 && marks == called.chars().filter(c -> c == 'α').count() && text.indexOf('ψ') < 0;
    }

    private static List<int[]> noise(char mark, String before, Encoder encoder, Random random) {
        String characters = "ab {}[]<>/\"'|:;,.-=\n\t𝕫é";
        int[] codePoints = characters.codePoints().toArray();
        return IntStream.range(0, TEXTS_OF_A_KIND)
                .mapToObj(_ -> random.ints(1 + random.nextInt(12), 0, codePoints.length * 2)
                        .mapToObj(i -> i < codePoints.length ? Character.toString(codePoints[i]) : String.valueOf(mark))
                        .collect(Collectors.joining("", before, "")))
                .map(encoder::encode)
                .toList();
    }

    Mutated mutated(Random random) {
        List<Integer> ids = new ArrayList<>();
        boolean opened = random.nextInt(4) == 0 && !turn.openedBy.isEmpty();
        int kind = random.nextInt(3);
        switch (kind) {
            case 0 -> addRecorded(ids, random);
            case 1 -> addTurn(ids, opened, random);
            default -> addParts(ids, random);
        }
        int changes = random.nextInt(6);
        for (int i = 0; i < changes && !ids.isEmpty(); i++) {
            change(ids, random);
        }
        return numbered(ids, opened ? turn.openedBy : "", kind == 1 && changes == 0);
    }

    private void addRecorded(List<Integer> ids, Random random) {
        while (ids.isEmpty() || random.nextInt(6) == 0) {
            int[] some = any(recorded, random);
            int from = random.nextInt(4) == 0 ? random.nextInt(some.length) : 0;
            IntStream.of(some).skip(from).limit(MOST_TOKENS).forEach(ids::add);
        }
    }

    private void addTurn(List<Integer> ids, boolean opened, Random random) {
        if (!turn.openedBy.isEmpty() && (opened || random.nextInt(4) > 0)) {
            if (!opened) {
                add(turn.open, ids, random);
            }
            add(turn.thoughts, ids, random);
            add(turn.close, ids, random);
        }
        add(turn.calls.isEmpty() || random.nextInt(3) > 0 ? turn.answers : turn.calls, ids, random);
    }

    private void addParts(List<Integer> ids, Random random) {
        for (int parts = 2 + random.nextInt(4); parts > 0; parts--) {
            List<List<int[]>> all = List.of(
                    turn.open, turn.thoughts, turn.thoughts, turn.close, turn.answers, turn.calls, recorded, others);
            List<int[]> some = all.get(random.nextInt(all.size()));
            if (!some.isEmpty()) {
                IntStream.of(any(some, random)).limit(MOST_TOKENS).forEach(ids::add);
            }
        }
    }

    private static void add(List<int[]> some, List<Integer> ids, Random random) {
        IntStream.of(any(some, random)).forEach(ids::add);
    }

    private static int[] any(List<int[]> some, Random random) {
        return some.get(random.nextInt(some.size()));
    }

    private void change(List<Integer> ids, Random random) {
        int at = random.nextInt(ids.size());
        int to = Math.min(ids.size(), at + 1 + random.nextInt(6));
        switch (random.nextInt(11)) {
            case 0 -> ids.remove(at);
            case 1 -> ids.add(at, ids.get(random.nextInt(ids.size())));
            case 2 -> ids.set(at, ids.set(random.nextInt(ids.size()), ids.get(at)));
            case 3 -> ids.add(at, random.nextInt(tokenizer.size()));
            case 4 -> ids.subList(at, to).clear();
            case 5 -> ids.add(at, special[random.nextInt(special.length)]);
            case 6 -> ids.add(at, -1 - random.nextInt(MARKS.length()));
            case 7 -> ids.addAll(at, IntStream.of(any(others, random)).boxed().toList());
            case 8 -> {
                List<Integer> part = List.copyOf(ids.subList(at, to));
                ids.subList(at, to).clear();
                ids.addAll(random.nextInt(ids.size() + 1), part);
            }
            case 9 -> {
                if (isOrdinary(ids.get(at)) && !standsForLetter(ids.get(at))) {
                    int id = ids.remove(at);
                    ids.addAll(at, bytes(id).boxed().toList());
                }
            }
            default -> {
                if (random.nextBoolean()) {
                    ids.subList(at, ids.size()).clear();
                }
            }
        }
    }

    private Mutated numbered(List<Integer> marked, String prompt, boolean wellFormed) {
        IntStream.Builder ids = IntStream.builder();
        StringBuilder origins = new StringBuilder();
        for (int id : marked) {
            if (id >= 0xD0 && id <= 0xD4) {
                continue; // With another stray byte this would be a letter.
            } else if (!standsForLetter(id)) {
                ids.add(id);
            } else if (origins.length() < LETTERS) {
                ids.add(SpecialVocabulary.FIRST_WORD + origins.length());
                origins.append(id < 0 ? MARKS.charAt(-1 - id) : MARKS.charAt(0));
            }
        }
        int[] all = ids.build().toArray();
        List<String> tokens = new ArrayList<>();
        String raw = decode(all, tokens);
        return new Mutated(all, raw, tokens, origins.toString(), prompt, wellFormed);
    }

    /// @param tokens gets the special tokens
    private String decode(int[] ids, List<String> tokens) {
        TokenDecoder decoder = tokenizer.rawDecoder();
        StringBuilder raw = new StringBuilder();
        for (int id : ids) {
            boolean special = !isOrdinary(id);
            raw.append(special ? decoder.flush() : "");
            if (special) {
                pad(tokens, raw.length());
                tokens.add(tokenizer.piece(id));
            }
            raw.append(decoder.push(id));
        }
        raw.append(decoder.flush());
        pad(tokens, raw.length() + 1);
        return raw.toString();
    }

    private static void pad(List<String> tokens, int length) {
        while (tokens.size() < length) {
            tokens.add("");
        }
    }

    static boolean isLetter(int c) {
        return c >= FIRST_LETTER && c < FIRST_LETTER + LETTERS;
    }

    private static boolean standsForLetter(int id) {
        return id < 0 || id >= SpecialVocabulary.FIRST_WORD && id < FIRST_WORD;
    }

    private boolean isOrdinary(int id) {
        return id >= 0 && id < tokenizer.size() - special.length;
    }

    private IntStream bytes(int id) {
        byte[] bytes = tokenizer.bytes(id);
        return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF);
    }

    /// The same text with every ordinary token as its bytes.
    int[] inBytes(int[] ids) {
        return IntStream.of(ids)
                .flatMap(id -> isOrdinary(id) ? bytes(id) : IntStream.of(id))
                .toArray();
    }
}
