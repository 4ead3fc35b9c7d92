package ouverture.train.lesson;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/// How things are said in each language, from files that people write: sections in brackets with a wording in
/// each line, or several with `|` between, and `{name}` where something is put in. `\n` begins a new line, `#` a
/// comment.
final class Phrasebook {
    private static final Pattern SLOT = Pattern.compile("\\{[a-z]\\w*}");

    private final String name;
    private final Map<Language, Map<String, List<String>>> sections = new EnumMap<>(Language.class);

    /// @param name of the files without their ending
    Phrasebook(String name) {
        this.name = name;
        for (Language language : Language.values()) {
            sections.put(language, read(language.code() + "/" + name + ".txt"));
        }
    }

    private static Map<String, List<String>> read(String resource) {
        Map<String, List<String>> read = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(Phrasebook.class.getResourceAsStream(resource), resource)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith("[")) {
                    lines = new ArrayList<>();
                    read.put(line.substring(1, line.lastIndexOf(']')), lines);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    for (String wording : line.split("\\|", -1)) {
                        lines.add(wording.strip().replace("\\n", "\n"));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the module's own resource " + resource, e);
        }
        return read;
    }

    /// Names of the sections that begin with a prefix, without it, in the order of the file.
    List<String> sections(Language language, String prefix) {
        return section(language).keySet().stream()
                .filter(section -> section.startsWith(prefix))
                .map(section -> section.substring(prefix.length()))
                .toList();
    }

    private Map<String, List<String>> section(Language language) {
        return Objects.requireNonNull(sections.get(language));
    }

    /// The lines of a section.
    List<String> lines(Language language, String section) {
        return Objects.requireNonNull(section(language).get(section), () -> name + " " + language + " " + section);
    }

    /// One of the lines of a section that may be used in a draw.
    String pick(Draw draw, String section) {
        return draw.line(lines(draw.language(), section));
    }

    /// As [#pick(Draw, String)], with what is put in.
    ///
    /// @param slots names and values in turn
    String pick(Draw draw, String section, Object... slots) {
        return fill(pick(draw, section), slots);
    }

    /// Puts values in.
    ///
    /// @param slots names and values in turn
    static String fill(String wording, Object... slots) {
        String text = wording;
        for (int i = 0; i < slots.length; i += 2) {
            text = text.replace("{" + slots[i] + "}", String.valueOf(slots[i + 1]));
        }
        assert !SLOT.matcher(text).find() : text;
        return text;
    }
}
