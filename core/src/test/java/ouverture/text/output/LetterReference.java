package ouverture.text.output;

import java.util.List;
import java.util.Set;
import ouverture.text.output.MutatedStreams.Mutated;

/// Says of every letter of a stream what it is a part of, without a parser.
sealed interface LetterReference permits TagReference, ChannelReference {
    /// What a letter is a part of.
    enum Place {
        THOUGHT,
        ANSWER,
        CALL,
        /// Tags, headers, and what follows the end of a turn.
        NOWHERE
    }

    /// A call's place in the raw text.
    record Span(int from, int to) {}

    static LetterReference of(MutatedStreams streams) {
        return streams.format().isHarmony() ? new ChannelReference(streams.tokenizer()) : new TagReference(streams);
    }

    /// Where each letter may be, in their order.
    ///
    /// @param calls that a parser found, in their order
    /// @throws IllegalStateException if one of these calls is where none may be
    List<Set<Place>> places(Mutated stream, boolean hasTools, List<Span> calls);
}
