package ouverture.constrain;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Strings of JSON Schema: lengths in code points, patterns and formats. Formats are those of RFC 3339, 4122,
/// 5321 and their kin, as far as people write them.
final class SchemaStrings {
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?";
    private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,6}";
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
            + "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
    private static final String TIME =
            "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:(?:0[0-9]|1[0-3]):["
                    + "0-5][0-9]|14:00))";
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final String GROUP = "[0-9A-Fa-f]{1,4}";
    private static final String NUMBER = "[0-9]{1,4}";

    private static final Map<String, String> FORMATS = formats();

    private SchemaStrings() {}

    private static Map<String, String> formats() {
        Map<String, String> formats = new LinkedHashMap<>();
        formats.put("date", DATE);
        formats.put("time", TIME);
        formats.put("date-time", DATE + "T" + TIME);
        formats.put("duration", duration());
        formats.put(
                "email", "[A-Za-z0-9_+-]{1,32}(?:\\.[A-Za-z0-9_+-]{1,16}){0,3}@" + LABEL + "(?:\\." + LABEL + "){1,4}");
        formats.put("hostname", HOST);
        formats.put("ipv4", OCTET + "(?:\\." + OCTET + "){3}");
        formats.put("ipv6", ipv6());
        formats.put("uuid", "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
        String path = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
        formats.put(
                "uri",
                "[a-z][a-z0-9+.-]{1,15}://" + HOST + "(?::[0-9]{1,4})?(?:/" + path + "*)*(?:\\?(?:" + path
                        + "|[/?])*)?(?:#(?:" + path + "|[/?])*)?");
        return formats;
    }

    /// RFC 3339, appendix A.
    private static String duration() {
        String seconds = NUMBER + "S";
        String minutes = NUMBER + "M(?:" + seconds + ")?";
        String time = "T(?:" + NUMBER + "H(?:" + minutes + ")?|" + minutes + "|" + seconds + ")";
        String days = NUMBER + "D";
        String months = NUMBER + "M(?:" + days + ")?";
        String date = "(?:" + days + "|" + months + "|" + NUMBER + "Y(?:" + months + ")?)";
        return "P(?:" + date + "(?:" + time + ")?|" + time + "|" + NUMBER + "W)";
    }

    /// Eight groups, or fewer with `::` for the rest.
    private static String ipv6() {
        StringBuilder forms =
                new StringBuilder("(?:").append(GROUP).append(":){7}").append(GROUP);
        for (int before = 0; before <= 6; before++) {
            String head = before == 0 ? "" : GROUP + "(?::" + GROUP + "){" + (before - 1) + "}";
            int after = 6 - before;
            String tail = after == 0 ? "" : "(?:" + GROUP + "(?::" + GROUP + "){0," + (after - 1) + "})?";
            forms.append('|').append(head).append("::").append(tail);
        }
        return forms.toString();
    }

    /// The formats that are known, for messages.
    static String known() {
        return String.join(", ", FORMATS.keySet());
    }

    /// A string of a format, or null if it is not known.
    static @Nullable Expression format(String name, JsonRules json) {
        String expression = FORMATS.get(name);
        return expression == null ? null : JsonRules.quoted(RegexParser.whole(expression, json::character));
    }

    /// A string in which a pattern is found.
    static Expression pattern(String expression, JsonRules json) {
        return JsonRules.quoted(RegexParser.somewhere(expression, json::character));
    }

    /// A string of so many code points.
    static Expression length(int min, int max, JsonRules json) {
        return JsonRules.quoted(new Expression.Repeat(json.character(), min, max));
    }

    /// Whether a pattern is found in a text.
    static boolean finds(String expression, String text) {
        Rules rules = new Rules();
        Expression.Rule root = rules.add("the pattern", pattern(expression, new JsonRules(rules, CharacterSet.NONE)));
        Recogniser recogniser = new Recogniser(NetworkBuilder.build(rules, root), 0);
        Place place = recogniser.start();
        // Patterns write each character in one way, as JsonRules writes texts.
        for (byte value : JsonRules.written(text).getBytes(StandardCharsets.UTF_8)) {
            if (place == Place.NOWHERE) {
                return false;
            }
            recogniser.renew();
            place = recogniser.afterByte(place, value & 0xFF);
        }
        return place.isEnd();
    }

    /// A string that is none of some texts, written without escapes, so that none of them can hide in those.
    static Expression otherThan(List<String> texts, JsonRules json) {
        List<int[]> names =
                texts.stream().map(text -> text.codePoints().toArray()).toList();
        CharacterSet all = json.plain();
        return JsonRules.quoted(
                names.isEmpty() ? Expression.any(new Expression.Characters(all)) : otherThan(names, 0, all));
    }

    /// Characters that make none of the names, all of which begin with the characters before `at`.
    private static Expression otherThan(List<int[]> names, int at, CharacterSet all) {
        TreeMap<Integer, List<int[]>> next = new TreeMap<>();
        boolean isName = false;
        for (int[] name : names) {
            if (name.length == at) {
                isName = true;
            } else {
                next.computeIfAbsent(name[at], _ -> new ArrayList<>()).add(name);
            }
        }
        List<Expression> options = new ArrayList<>();
        if (!isName) {
            options.add(Expression.NOTHING);
        }
        CharacterSet begun =
                CharacterSet.union(next.keySet().stream().map(CharacterSet::of).toList());
        options.add(Expression.sequence(
                new Expression.Characters(all.without(begun)), Expression.any(new Expression.Characters(all))));
        next.forEach((character, rest) -> {
            if (all.contains(character)) {
                options.add(Expression.sequence(
                        new Expression.Characters(CharacterSet.of(character)), otherThan(rest, at + 1, all)));
            }
        });
        return new Expression.Choice(options);
    }
}
