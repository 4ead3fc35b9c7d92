package ouverture.text.harmony;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Text in which control tokens are written out.
final class HarmonyText {
    private static final Map<String, HarmonyControl> CONTROLS = Arrays.stream(HarmonyControl.values())
            .collect(Collectors.toUnmodifiableMap(HarmonyControl::text, Function.identity()));
    private static final Pattern CONTROL =
            Pattern.compile(CONTROLS.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|")));

    private HarmonyText() {}

    /// Hands over the parts of a text in their order; texts are never empty.
    static void split(String text, Consumer<HarmonyControl> controls, Consumer<String> texts) {
        Matcher matcher = CONTROL.matcher(text);
        int from = 0;
        while (matcher.find()) {
            if (matcher.start() > from) {
                texts.accept(text.substring(from, matcher.start()));
            }
            controls.accept(CONTROLS.getOrDefault(matcher.group(), HarmonyControl.END));
            from = matcher.end();
        }
        if (from < text.length()) {
            texts.accept(text.substring(from));
        }
    }
}
