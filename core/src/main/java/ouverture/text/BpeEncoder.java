package ouverture.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// Byte-pair encoding of one word: neighbouring symbols are merged, best pair first, until no pair is left
/// (Sennrich et al., arXiv 1508.07909).
sealed interface BpeEncoder {
    /// Hands on the ids of a word.
    ///
    /// @param chain workspace
    void encode(String text, int from, int to, SymbolChain chain, IntConsumer ids);

    /// Merges go by their rank in a list.
    static SymbolChain.Rule byRank(PairTable merges) {
        return (chain, left, right) -> chain.id(left) < 0 || chain.id(right) < 0
                ? SymbolChain.NO_CANDIDATE
                : merges.get(chain.id(left), chain.id(right));
    }

    /// tiktoken: of all pairs that make a piece, the one whose piece has the lowest id.
    static SymbolChain.Rule byId(Vocabulary vocabulary) {
        return (chain, left, right) -> {
            boolean pieces = chain.id(left) >= 0 && chain.id(right) >= 0;
            int merged = pieces ? vocabulary.findJoined(chain.id(left), chain.id(right)) : Vocabulary.ABSENT;
            return merged == Vocabulary.ABSENT ? SymbolChain.NO_CANDIDATE : SymbolChain.candidate(merged, merged);
        };
    }

    /// SentencePiece: of all pairs that make a piece, the one whose piece has the best score.
    ///
    /// @param scores by id
    static SymbolChain.Rule byScore(Vocabulary vocabulary, float[] scores) {
        return (chain, left, right) -> {
            int merged = vocabulary.findText(chain.text(), chain.start(left), chain.end(right));
            if (merged == Vocabulary.ABSENT) {
                return SymbolChain.NO_CANDIDATE;
            }
            // The bits of floats, negative ones turned round, are in the floats' order; 0 is added to lose -0.
            int bits = Float.floatToIntBits(scores[merged] + 0f);
            int ascending = bits ^ bits >> 31 & Integer.MAX_VALUE;
            return SymbolChain.candidate(~ascending, merged);
        };
    }

    /// Symbols are bytes, written in GPT-2's alphabet.
    final class Bytes implements BpeEncoder {
        private final Vocabulary vocabulary;
        private final SymbolChain.Rule rule;
        private final boolean ignoresMerges;
        private final int unknown;
        private final int[] symbols = new int[256];

        /// @param ignoresMerges whether a word that is a piece becomes that piece, whatever the merges say
        /// @param unknown what stands for bytes that are no piece; they are left out if it is negative
        Bytes(Vocabulary vocabulary, SymbolChain.Rule rule, boolean ignoresMerges, int unknown) {
            this.vocabulary = vocabulary;
            this.rule = rule;
            this.ignoresMerges = ignoresMerges;
            this.unknown = unknown;
            Arrays.setAll(symbols, value -> vocabulary.findText(String.valueOf(ByteLevel.charOf(value)), 0, 1));
        }

        @Override
        public void encode(String text, int from, int to, SymbolChain chain, IntConsumer ids) {
            byte[] bytes = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
            if (ignoresMerges && bytes.length <= vocabulary.longest()) {
                int whole = vocabulary.findText(ByteLevel.encode(bytes), 0, bytes.length);
                if (whole != Vocabulary.ABSENT) {
                    ids.accept(whole);
                    return;
                }
            }
            chain.begin("", bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                chain.append(symbols[bytes[i] & 0xFF], i);
            }
            chain.merge(rule);
            for (int symbol = chain.first(); symbol >= 0; symbol = chain.next(symbol)) {
                int id = chain.id(symbol) >= 0 ? chain.id(symbol) : unknown;
                if (id >= 0) {
                    ids.accept(id);
                }
            }
        }
    }

    /// Symbols are code points, written as they are; those that are no piece are written byte by byte.
    final class Characters implements BpeEncoder {
        /// Which words become one piece, if they are one, whatever the merges say.
        enum Whole {
            NONE,
            LINE_ENDS,
            ANY
        }

        private final Vocabulary vocabulary;
        private final SymbolChain.Rule rule;
        private final Whole whole;
        private final int unknown;
        private final int[] bytes = new int[256];

        /// @param byteFallback whether there are pieces for bytes
        /// @param unknown what stands for text that no piece covers; it is left out if this is negative
        Characters(Vocabulary vocabulary, SymbolChain.Rule rule, Whole whole, boolean byteFallback, int unknown) {
            this.vocabulary = vocabulary;
            this.rule = rule;
            this.whole = whole;
            this.unknown = unknown;
            Arrays.setAll(bytes, value -> byteFallback ? vocabulary.findByte(value) : Vocabulary.ABSENT);
        }

        @Override
        public void encode(String text, int from, int to, SymbolChain chain, IntConsumer ids) {
            if (whole == Whole.ANY || whole == Whole.LINE_ENDS && text.charAt(from) == '\n') {
                int id = vocabulary.findText(text, from, to);
                if (id != Vocabulary.ABSENT) {
                    ids.accept(id);
                    return;
                }
            }
            chain.begin(text, to);
            for (int i = from; i < to; ) {
                int next = i + Character.charCount(text.codePointAt(i));
                chain.append(vocabulary.findText(text, i, next), i);
                i = next;
            }
            chain.merge(rule);
            for (int symbol = chain.first(); symbol >= 0; symbol = chain.next(symbol)) {
                if (chain.id(symbol) >= 0) {
                    ids.accept(chain.id(symbol));
                } else {
                    spell(text.substring(chain.start(symbol), chain.end(symbol)), ids);
                }
            }
        }

        private void spell(String character, IntConsumer ids) {
            byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
            for (byte value : utf8) {
                if (bytes[value & 0xFF] == Vocabulary.ABSENT) {
                    if (unknown >= 0) {
                        ids.accept(unknown);
                    }
                    return;
                }
            }
            for (byte value : utf8) {
                ids.accept(bytes[value & 0xFF]);
            }
        }
    }
}
