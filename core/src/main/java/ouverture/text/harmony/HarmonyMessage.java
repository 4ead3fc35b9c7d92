package ouverture.text.harmony;

import ouverture.error.RequestException;

/// One message of a conversation.
public record HarmonyMessage(HarmonyHeader header, HarmonyContent content) {
    /// @throws RequestException if settings stand in a message of another role than theirs
    public HarmonyMessage {
        HarmonyRole role = header.role();
        boolean fits = switch (content) {
            case HarmonyContent.Text _ -> true;
            case HarmonyContent.SystemSettings _ -> role == HarmonyRole.SYSTEM;
            case HarmonyContent.DeveloperSettings _ -> role == HarmonyRole.DEVELOPER;
        };
        if (!fits) {
            throw new RequestException("A message of the role " + role.word() + " holds another role's settings; "
                    + "system settings belong to system messages, developer settings to developer messages.");
        }
    }

    /// A message of plain text.
    public static HarmonyMessage text(HarmonyHeader header, String text) {
        return new HarmonyMessage(header, new HarmonyContent.Text(text));
    }

    /// Whether this is an answer for the user.
    boolean isFinal() {
        return HarmonyHeader.FINAL.equals(header.channel());
    }

    /// Whether this is a thought, or a call made within one.
    boolean isAnalysis() {
        return HarmonyHeader.ANALYSIS.equals(header.channel());
    }
}
