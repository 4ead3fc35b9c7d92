package ouverture.cli;

import java.util.Arrays;
import ouverture.error.RequestException;

/// Token ids as they are written on the command line.
final class TokenIds {
    private TokenIds() {}

    /// Reads `1,2,3`; spaces and line breaks may stand for or around the commas, and brackets around the whole.
    ///
    /// @param option that the ids were given to, for messages
    /// @throws RequestException if there is none, or something else than a whole number of at least 0 among them
    static int[] parse(String option, String text) {
        String inner = text.strip();
        if (inner.startsWith("[") && inner.endsWith("]") && inner.length() > 1) {
            inner = inner.substring(1, inner.length() - 1).strip();
        }
        if (inner.isEmpty()) {
            throw new RequestException(option + " has no token ids; give some, as in " + option + " 1,2,3.");
        }
        return Arrays.stream(inner.split("\\s*,\\s*|\\s+", -1))
                .mapToInt(id -> parseOne(option, id))
                .toArray();
    }

    private static int parseOne(String option, String id) {
        try {
            int number = Integer.parseInt(id);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The sentence below says it all.
        }
        throw new RequestException(option + " has \"" + Printable.line(id, 40)
                + "\" where a token id should be; give whole numbers from 0 on, as in " + option + " 1,2,3.");
    }
}
