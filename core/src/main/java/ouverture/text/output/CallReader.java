package ouverture.text.output;

import java.util.List;

/// Understands the inside of a block of calls. Total: any text gives a reading.
@FunctionalInterface
public interface CallReader {
    /// Reads a block.
    ///
    /// @param tools the tools of the request
    Reading read(String body, DeclaredTools tools);

    /// What a block says.
    ///
    /// @param calls none if this is not a call at all
    /// @param rest an end of the block that belongs to no call
    record Reading(List<Call> calls, String rest) {
        static final Reading NOTHING = new Reading(List.of(), "");

        static Reading of(Call call) {
            return new Reading(List.of(call), "");
        }
    }

    /// A call.
    ///
    /// @param id as the model wrote it, empty if it wrote none
    /// @param arguments a JSON object, or what stands in its place if they are not `valid`
    record Call(String id, String name, String arguments, boolean valid) {}
}
