package ouverture.train.lesson;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/// How things are said in each language, from files that people write: sections in brackets with a wording in
/// each line, or several with `|` between, and `{name}` where something is put in. `\n` begins a new line, `#` a
/// comment.
///
/// Lines that begin with `+` are for the teaching only, and no part of the one in five that is reserved;
/// `[a|b|]` in them is one of several, with others within. What comes of them is never a reserved wording.
final class Phrasebook {
    static final Pattern SLOT = Pattern.compile("\\{[a-z]\\w*}");

    /// How often a wording is one of those for the teaching only, where there are such.
    private static final double MORE = 0.75;

    private static final Pattern ELISION = Pattern.compile("\\b([Dd])e (?=[aeiouàâéèêîôûAEIOUÀÂÉÈÊÎÔÛ])");

    private final String name;
    private final Map<Language, Map<String, Section>> sections = new EnumMap<>(Language.class);

    /// @param lines of which one in five is reserved
    /// @param more for the teaching only
    /// @param reserved those of the lines that are, in bare letters
    private record Section(List<String> lines, List<String> more, Set<String> reserved) {
        Section() {
            this(new ArrayList<>(), new ArrayList<>(), new HashSet<>());
        }

        void add(String wording) {
            lines.add(wording);
            if (lines.size() % 5 == 0) {
                reserved.add(Style.bare(wording));
            }
        }
    }

    /// @param name of the files without their ending
    Phrasebook(String name) {
        this.name = name;
        for (Language language : Language.values()) {
            sections.put(language, read(language.code() + "/" + name + ".txt"));
        }
    }

    private static Map<String, Section> read(String resource) {
        Map<String, Section> read = new LinkedHashMap<>();
        Section section = new Section();
        try (InputStream in = Objects.requireNonNull(Phrasebook.class.getResourceAsStream(resource), resource)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith("[")) {
                    section = new Section();
                    read.put(line.substring(1, line.lastIndexOf(']')), section);
                } else if (line.startsWith("+")) {
                    section.more.addAll(Style.parts(line.substring(1).strip().replace("\\n", "\n")));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    Style.parts(line.replace("\\n", "\n")).forEach(section::add);
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

    private Map<String, Section> section(Language language) {
        return Objects.requireNonNull(sections.get(language));
    }

    private Section section(Language language, String section) {
        return Objects.requireNonNull(section(language).get(section), () -> name + " " + language + " " + section);
    }

    /// The lines of a section, but those for the teaching only.
    List<String> lines(Language language, String section) {
        return section(language, section).lines;
    }

    /// One of the lines of a section that may be used in a draw.
    String pick(Draw draw, String name) {
        Section section = section(draw.language(), name);
        if (!draw.isTaught() || section.more.isEmpty() || !draw.chance(MORE)) {
            return draw.line(section.lines);
        }
        String wording;
        do {
            wording = Style.chosen(draw, draw.pick(section.more));
        } while (section.reserved.contains(Style.bare(wording)));
        return wording;
    }

    /// As [#pick(Draw, String)], written as people type it.
    String ask(Draw draw, String section) {
        String wording = pick(draw, section);
        return draw.isTaught() ? Style.typed(draw, wording) : wording;
    }

    /// As [#ask(Draw, String)], with what is put in.
    ///
    /// @param slots names and values in turn
    String pick(Draw draw, String section, Object... slots) {
        return fill(draw.language(), ask(draw, section), slots);
    }

    /// Puts values in; French `de` loses its vowel before another one.
    ///
    /// @param slots names and values in turn
    static String fill(Language language, String wording, Object... slots) {
        String text = wording;
        for (int i = 0; i < slots.length; i += 2) {
            text = text.replace("{" + slots[i] + "}", String.valueOf(slots[i + 1]));
        }
        assert !SLOT.matcher(text).find() : text;
        return language == Language.FRENCH ? ELISION.matcher(text).replaceAll("$1'") : text;
    }
}
