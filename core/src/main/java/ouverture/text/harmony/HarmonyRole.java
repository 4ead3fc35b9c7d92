package ouverture.text.harmony;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Who wrote a message; where they contradict each other, the earlier one here prevails.
public enum HarmonyRole {
    SYSTEM,
    DEVELOPER,
    USER,
    ASSISTANT,
    TOOL;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// As headers have it.
    public String word() {
        return word;
    }

    /// The role that headers write this way.
    public static Optional<HarmonyRole> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word.equals(word)).findFirst();
    }
}
