package ouverture.generate;

import java.util.List;

/// Cuts a growing text where the stop string that is complete first begins, and holds back an end that may turn
/// out to begin one.
public final class TextStream {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private String stop = "";

    /// @param stops strings that end the text and are not part of it, none of them empty
    public TextStream(List<String> stops) {
        this.stops = stops;
    }

    /// Whether a stop string has come.
    public boolean stopped() {
        return !stop.isEmpty();
    }

    /// The stop string that has come, or empty.
    public String stop() {
        return stop;
    }

    /// Adds a piece.
    ///
    /// @return what is certain to be part of the text and was not returned before
    public String push(String piece) {
        if (stopped()) {
            return "";
        }
        held.append(piece);
        int begin = held.length();
        int end = Integer.MAX_VALUE;
        for (String each : stops) {
            int at = held.indexOf(each);
            if (at >= 0 && (at + each.length() < end || (at + each.length() == end && at < begin))) {
                begin = at;
                end = at + each.length();
                stop = each;
            }
        }
        if (stopped()) {
            String text = held.substring(0, begin);
            held.setLength(0);
            return text;
        }
        return take(held.length() - possibleBeginning());
    }

    /// Ends the text.
    ///
    /// @return what was held back
    public String finish() {
        return take(held.length());
    }

    /// Length of the longest end of the text that begins a stop string.
    private int possibleBeginning() {
        int longest = 0;
        for (String each : stops) {
            for (int n = Math.min(each.length() - 1, held.length()); n > longest; n--) {
                if (each.startsWith(held.substring(held.length() - n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }

    private String take(int count) {
        String text = held.substring(0, count);
        held.delete(0, count);
        return text;
    }
}
