package ouverture.constrain;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;
import ouverture.text.output.Thoughts;

/// Writes the rules of a whole answer. A tag that is one special token of the vocabulary is that token only:
/// spelled out it is text, as it is to the parsers.
final class AnswerRules {
    private static final Expression ANYTHING = Expression.any(new Expression.Bytes(0, 255));
    private static final Pattern TAG = Pattern.compile("<[^<>\\s]{1,64}>|\\[[A-Z_]{1,32}]");
    private static final Pattern PLACE = Pattern.compile("NAME|ARGUMENTS|INDEX");

    private final AnswerForm form;
    private final Tokenizer tokenizer;
    private final Rules rules = new Rules();
    private final JsonRules json;
    private final List<Integer> symbols = new ArrayList<>();

    AnswerRules(AnswerForm form, Tokenizer tokenizer) {
        this.form = form;
        this.tokenizer = tokenizer;
        // A parser takes them for tags wherever they stand, so no text may have them.
        form.format().tags().stream()
                .mapToInt(this::special)
                .filter(id -> id >= 0)
                .forEach(this::symbol);
        json = new JsonRules(rules, CharacterSet.of(avoided()));
    }

    /// What strings have to escape so that no tag of a family without tokens for them is read in one: such a tag
    /// would end a call or the answer.
    private String avoided() {
        String tags =
                form.format().tags().stream().filter(tag -> special(tag) < 0).collect(Collectors.joining());
        return (tags.indexOf('<') < 0 ? "" : "<") + (tags.indexOf('[') < 0 ? "" : "[");
    }

    /// Special tokens by their number in the rules.
    List<Integer> symbols() {
        return symbols;
    }

    Rules rules() {
        return rules;
    }

    /// The rule of the whole answer.
    Expression.Rule root() {
        return rules.add("the answer", form.format().isHarmony() ? harmony() : tagged());
    }

    private Expression text() {
        return rules.add(
                "the text",
                form.text()
                        .map(constraint -> Grammar.expression(constraint, json))
                        .orElse(ANYTHING));
    }

    /// A text in which special tokens count.
    private Expression markup(String text) {
        List<Expression> parts = new ArrayList<>();
        Matcher tag = TAG.matcher(text);
        int from = 0;
        while (tag.find()) {
            int id = special(tag.group());
            if (id >= 0) {
                parts.add(Expression.text(text.substring(from, tag.start())));
                parts.add(symbol(id));
                from = tag.end();
            }
        }
        parts.add(Expression.text(text.substring(from)));
        return new Expression.Sequence(parts);
    }

    /// The id of a tag that is a token of its own, or -1.
    private int special(String tag) {
        int id = tokenizer.id(tag).orElse(-1);
        boolean isSpecial =
                id >= 0 && (tokenizer.kind(id) == TokenKind.CONTROL || tokenizer.kind(id) == TokenKind.USER_DEFINED);
        return isSpecial ? id : -1;
    }

    private Expression symbol(int id) {
        if (!symbols.contains(id)) {
            symbols.add(id);
        }
        return new Expression.Symbol(symbols.indexOf(id));
    }

    private Expression call(String template, AnswerForm.Call call) {
        List<Expression> parts = new ArrayList<>();
        Matcher place = PLACE.matcher(template);
        int from = 0;
        while (place.find()) {
            parts.add(markup(template.substring(from, place.start())));
            parts.add(
                    switch (place.group()) {
                        case "NAME" -> Expression.text(call.name());
                        case "ARGUMENTS" -> call.arguments(json);
                        default -> new Expression.Repeat(Expression.characters('0', '9'), 1, 3);
                    });
            from = place.end();
        }
        parts.add(markup(template.substring(from)));
        return new Expression.Sequence(parts);
    }

    private Expression anyCall(String template) {
        return rules.add(
                "a call",
                new Expression.Choice(
                        form.calls().stream().map(call -> call(template, call)).toList()));
    }

    private Expression harmony() {
        Expression toTurn = markup("<|end|><|start|>assistant");
        Expression rest = rules.add("the rest of a message", Expression.sequence(ANYTHING, toTurn));
        Expression message = Expression.sequence(markup("<|channel|>analysis<|message|>"), rest);
        Expression asJson = Expression.optional(markup(" <|constrain|>json"));
        List<Expression> last = new ArrayList<>();
        Expression text = text();
        if (!form.mustCall()) {
            last.add(Expression.sequence(
                    markup("<|channel|>final"),
                    form.text().isPresent() ? asJson : Expression.NOTHING,
                    markup("<|message|>"),
                    text));
        }
        if (!form.calls().isEmpty()) {
            if (form.text().isEmpty() && !form.mustCall()) {
                // What gpt-oss says before a call is text.
                message = Expression.choice(
                        message, Expression.sequence(markup("<|channel|>commentary<|message|>"), rest));
            }
            last.add(anyCall("<|channel|>commentary to=functions.NAME <|constrain|>json<|message|>ARGUMENTS"));
        }
        Expression turn = Expression.sequence(Expression.any(message), new Expression.Choice(last));
        return switch (form.beginning()) {
            case TURN -> turn;
            case THOUGHT -> Expression.sequence(rest, turn);
            case ANSWER -> text;
        };
    }

    private Expression tagged() {
        Expression answer = rules.add("the answer proper", answer());
        if (form.format().thoughts().isEmpty() || form.beginning() == AnswerForm.Beginning.ANSWER) {
            return answer;
        }
        Thoughts thoughts = form.format().thoughts().get();
        List<String> stops = new ArrayList<>(form.format().end());
        if (!form.calls().isEmpty()) {
            stops.addAll(openings());
        }
        Expression thought = Expression.sequence(
                until(thoughts.close(), stops), new Expression.Repeat(Expression.text("\n"), 0, 2), answer);
        return form.beginning() == AnswerForm.Beginning.THOUGHT
                ? thought
                : Expression.choice(Expression.sequence(markup(thoughts.open()), thought), answer);
    }

    /// Tags that open calls.
    private List<String> openings() {
        return form.format().calls().blocks().stream()
                .map(block -> block.open())
                .toList();
    }

    /// Any text up to a tag, and the tag.
    ///
    /// @param others tags that must not come before
    private Expression until(String tag, List<String> others) {
        List<String> stops = new ArrayList<>(
                others.stream().filter(other -> special(other) < 0).toList());
        if (special(tag) >= 0) {
            return Expression.sequence(without(stops), markup(tag));
        }
        stops.remove(tag);
        stops.addFirst(tag);
        return new Expression.Scan(stops, 0);
    }

    private static Expression without(List<String> stops) {
        return stops.isEmpty() ? ANYTHING : new Expression.Scan(stops, -1);
    }

    private Expression answer() {
        if (form.calls().isEmpty()) {
            return text();
        }
        CallMarkup markup = CallMarkup.of(form.format(), tokenizer);
        Expression call = anyCall(markup.call());
        Expression more = Expression.any(Expression.sequence(markup(markup.between()), call));
        Expression calls = Expression.sequence(
                markup(markup.begin()), call, markup.isRepeated() ? more : Expression.NOTHING, markup(markup.end()));
        if (form.mustCall()) {
            return calls;
        }
        if (form.text().isPresent()) {
            return Expression.choice(text(), calls);
        }
        if (form.format().calls().bare()) {
            // What begins with a brace is a call.
            Expression first =
                    new Expression.Characters(CharacterSet.of(" \t\r\n{").complement());
            Expression space = Expression.any(new Expression.Characters(CharacterSet.of(" \t\r\n")));
            return Expression.choice(calls, Expression.optional(Expression.sequence(space, first, ANYTHING)));
        }
        List<String> stops =
                openings().stream().filter(open -> special(open) < 0).toList();
        return Expression.sequence(without(stops), Expression.optional(calls));
    }
}
