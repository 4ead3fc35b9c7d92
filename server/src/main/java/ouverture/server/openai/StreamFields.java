package ouverture.server.openai;

import java.util.List;
import java.util.Optional;
import ouverture.server.field.Field;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;

/// Whether and how an answer streams.
///
/// @param stream whether it comes event by event
/// @param usage whether the last event says what the answer took
record StreamFields(boolean stream, boolean usage) {
    static final Field<Boolean> STREAM = SamplingFields.flag("stream", "sends the answer as it comes, in events");

    private static final Field<Boolean> INCLUDE_USAGE =
            SamplingFields.flag("include_usage", "a last event says what the answer took");
    private static final Field<Boolean> INCLUDE_OBFUSCATION =
            Field.only("include_obfuscation", "events are not padded", "false");

    static final Field<Optional<Boolean>> OPTIONS = Field.optional(
            "stream_options",
            new ObjectType<>(
                    "stream options", List.of(INCLUDE_USAGE, INCLUDE_OBFUSCATION), values -> values.get(INCLUDE_USAGE)),
            "needs `stream`");

    static StreamFields of(Values values) {
        boolean stream = values.get(STREAM);
        if (!stream && values.get(OPTIONS).isPresent()) {
            throw values.refuse(OPTIONS, "needs `stream`: true; leave it out, or ask for a stream.");
        }
        return new StreamFields(stream, values.get(OPTIONS).orElse(false));
    }
}
