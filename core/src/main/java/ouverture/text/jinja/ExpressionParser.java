package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.text.jinja.Expression.ArgumentList;
import ouverture.text.jinja.Expression.Relation;

/// Recursive descent over expressions. From loosest to tightest: `if else`, `or`, `and`, `not`, comparisons and
/// `in`, `+ -`, `~`, `* / // %`, `**`, sign, then attributes, items, calls, filters and tests.
final class ExpressionParser {
    private static final Map<String, Relation> RELATIONS = Map.of(
            "==", Relation.EQUAL,
            "!=", Relation.UNEQUAL,
            "<", Relation.LESS,
            "<=", Relation.LESS_OR_EQUAL,
            ">", Relation.GREATER,
            ">=", Relation.GREATER_OR_EQUAL);

    private final TokenStream tokens;
    /// Which of a macro's special names were read since [#collectUses].
    private Set<String> uses = new HashSet<>();

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /// Runs `body` and gives the special names of macros ([Statement.Signature#SPECIAL]) read in it.
    Set<String> collectUses(Runnable body) {
        Set<String> outer = uses;
        uses = new HashSet<>();
        body.run();
        Set<String> inner = uses;
        uses = outer;
        uses.addAll(inner);
        return Set.copyOf(inner);
    }

    Expression expression() {
        tokens.enter();
        Expression value = disjunction();
        while (tokens.skipName("if")) {
            Expression test = disjunction();
            Expression otherwise = tokens.skipName("else") ? expression() : null;
            value = new Expression.Conditional(test, value, otherwise);
        }
        tokens.leave();
        return value;
    }

    /// One expression, or a tuple of several with commas between; what `{{ }}`, `set` and `if` take.
    ///
    /// @param conditional whether `x if y` may be part of it; `for` and `if` keep the word for themselves
    /// @param end a name that ends the tuple, or absent
    Expression tuple(boolean conditional, @Nullable String end) {
        return tuple(conditional, end, false);
    }

    private Expression tuple(boolean conditional, @Nullable String end, boolean parenthesised) {
        List<Expression> items = new ArrayList<>();
        boolean comma = false;
        while (!tupleEnd(end)) {
            items.add(conditional ? expression() : disjunction());
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (comma || (items.isEmpty() && parenthesised)) {
            return new Expression.TupleLiteral(items);
        }
        if (items.isEmpty()) {
            throw tokens.unexpected("an expression");
        }
        return items.getFirst();
    }

    private boolean tupleEnd(@Nullable String end) {
        return tokens.at(Token.Kind.PRINT_END)
                || tokens.at(Token.Kind.BLOCK_END)
                || tokens.atOperator(")")
                || (end != null && tokens.atName(end));
    }

    private Expression disjunction() {
        Expression left = conjunction();
        while (tokens.skipName("or")) {
            left = new Expression.Or(left, conjunction());
        }
        return left;
    }

    private Expression conjunction() {
        Expression left = negation();
        while (tokens.skipName("and")) {
            left = new Expression.And(left, negation());
        }
        return left;
    }

    private Expression negation() {
        if (!tokens.skipName("not")) {
            return comparison();
        }
        tokens.enter();
        Expression operand = negation();
        tokens.leave();
        return new Expression.Not(operand);
    }

    private Expression comparison() {
        int line = tokens.line();
        Expression first = sum();
        List<Expression.Operand> operands = new ArrayList<>();
        for (Relation relation = relation(); relation != null; relation = relation()) {
            operands.add(new Expression.Operand(relation, sum()));
        }
        return operands.isEmpty() ? first : new Expression.Comparison(first, operands, line);
    }

    /// Reads a relation's sign, if one stands here.
    private @Nullable Relation relation() {
        Token token = tokens.current();
        if (token.kind() == Token.Kind.OPERATOR) {
            Relation relation = RELATIONS.get(token.text());
            if (relation != null) {
                tokens.next();
            }
            return relation;
        }
        if (tokens.skipName("in")) {
            return Relation.IN;
        }
        if (token.name("not") && tokens.following().name("in")) {
            tokens.next();
            tokens.next();
            return Relation.NOT_IN;
        }
        return null;
    }

    private Expression sum() {
        Expression left = concatenation();
        while (tokens.atOperator("+") || tokens.atOperator("-")) {
            Token sign = tokens.next();
            left = new Expression.Binary(Arithmetic.of(sign.text()), left, concatenation(), sign.line());
        }
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!tokens.atOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>();
        parts.add(first);
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (tokens.atOperator("*") || tokens.atOperator("/") || tokens.atOperator("//") || tokens.atOperator("%")) {
            Token sign = tokens.next();
            left = new Expression.Binary(Arithmetic.of(sign.text()), left, power(), sign.line());
        }
        return left;
    }

    private Expression power() {
        Expression left = signed(true);
        while (tokens.atOperator("**")) {
            Token sign = tokens.next();
            left = new Expression.Binary(Arithmetic.POWER, left, signed(true), sign.line());
        }
        return left;
    }

    private Expression signed(boolean withFilters) {
        Token token = tokens.current();
        Expression value;
        if (token.operator("-") || token.operator("+")) {
            tokens.next();
            tokens.enter();
            Expression operand = signed(false);
            tokens.leave();
            value = token.operator("-")
                    ? new Expression.Negate(operand, token.line())
                    : new Expression.Plus(operand, token.line());
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilters ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> string(token);
            case INTEGER -> new Expression.Literal(Numbers.integerLiteral(token));
            case FLOAT -> new Expression.Literal(Double.valueOf(token.text()));
            case OPERATOR -> bracketed(token);
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw new SyntaxFailure("expected an expression, found " + token.description(), token.line());
        };
    }

    private Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Literal(true);
            case "false", "False" -> new Expression.Literal(false);
            case "none", "None" -> new Expression.Literal(None.NONE);
            default -> {
                if (Statement.Signature.SPECIAL.contains(name)) {
                    uses.add(name);
                }
                yield new Expression.Name(name);
            }
        };
    }

    /// Neighbouring string literals are one.
    private Expression string(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.at(Token.Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Expression.Literal(text.toString());
    }

    private Expression bracketed(Token open) {
        return switch (open.text()) {
            case "(" -> parenthesised();
            case "[" -> list();
            case "{" -> dictionary(open.line());
            default -> throw new SyntaxFailure("unexpected " + open.description(), open.line());
        };
    }

    private Expression parenthesised() {
        tokens.enter();
        Expression value = tuple(true, null, true);
        tokens.leave();
        tokens.expectOperator(")");
        return value;
    }

    private Expression list() {
        List<Expression> items = new ArrayList<>();
        while (!tokens.atOperator("]")) {
            items.add(expression());
            separator("]");
        }
        tokens.expectOperator("]");
        return new Expression.ListLiteral(items);
    }

    private Expression dictionary(int line) {
        List<Expression.Pair> pairs = new ArrayList<>();
        while (!tokens.atOperator("}")) {
            Expression key = expression();
            tokens.expectOperator(":");
            pairs.add(new Expression.Pair(key, expression()));
            separator("}");
        }
        tokens.expectOperator("}");
        return new Expression.DictLiteral(pairs, line);
    }

    /// A comma, which may be missing before the closing bracket.
    private void separator(String close) {
        if (!tokens.atOperator(close)) {
            tokens.expectOperator(",");
        }
    }

    private Expression postfix(Expression head) {
        Expression value = head;
        while (true) {
            if (tokens.atOperator(".")) {
                value = dotted(value);
            } else if (tokens.atOperator("[")) {
                value = subscript(value);
            } else if (tokens.atOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    private Expression dotted(Expression target) {
        int line = tokens.next().line();
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> new Expression.Attribute(target, token.text(), line);
            case INTEGER -> new Expression.Item(target, new Expression.Literal(Numbers.integerLiteral(token)), line);
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, STRING, FLOAT, OPERATOR, END ->
                throw new SyntaxFailure("expected a name or number, found " + token.description(), token.line());
        };
    }

    private Expression subscript(Expression target) {
        int line = tokens.next().line();
        Expression start = tokens.atOperator(":") ? null : expression();
        if (!tokens.skipOperator(":")) {
            if (start == null) {
                throw tokens.unexpected("an expression");
            }
            Expression key = tokens.atOperator(",") ? tupleKey(start) : start;
            tokens.expectOperator("]");
            return new Expression.Item(target, key, line);
        }
        Expression stop = sliceBound();
        Expression step = tokens.skipOperator(":") ? sliceBound() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(target, start, stop, step, line);
    }

    private Expression tupleKey(Expression first) {
        List<Expression> items = new ArrayList<>();
        items.add(first);
        while (tokens.skipOperator(",")) {
            items.add(expression());
        }
        return new Expression.TupleLiteral(items);
    }

    private @Nullable Expression sliceBound() {
        return tokens.atOperator(":") || tokens.atOperator("]") ? null : expression();
    }

    Expression.Call call(Expression callee) {
        int line = tokens.line();
        return new Expression.Call(callee, arguments(), line);
    }

    private ArgumentList arguments() {
        int line = tokens.line();
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<Expression.Keyword> named = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Expression spread = null;
        Expression namedSpread = null;
        while (!tokens.atOperator(")")) {
            boolean ordered = namedSpread == null;
            if (tokens.skipOperator("*")) {
                ordered &= spread == null;
                spread = expression();
            } else if (tokens.skipOperator("**")) {
                namedSpread = expression();
            } else if (tokens.at(Token.Kind.NAME) && tokens.following().operator("=")) {
                named.add(keyword(names));
            } else {
                ordered &= spread == null && named.isEmpty();
                positional.add(expression());
            }
            if (!ordered) {
                throw new SyntaxFailure("the arguments of a call are in an order that is not allowed", line);
            }
            separator(")");
        }
        tokens.expectOperator(")");
        return new ArgumentList(positional, named, spread, namedSpread);
    }

    private Expression.Keyword keyword(Set<String> earlier) {
        int line = tokens.line();
        String name = tokens.expectName();
        if (!earlier.add(name)) {
            throw new SyntaxFailure("the argument '" + name + "' is given twice", line);
        }
        tokens.next();
        return new Expression.Keyword(name, expression());
    }

    private Expression filtersAndTests(Expression head) {
        Expression value = head;
        while (true) {
            if (tokens.skipOperator("|")) {
                value = filter(value);
            } else if (tokens.atName("is")) {
                value = test(value);
            } else if (tokens.atOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    /// `name(arguments) | name(arguments) …` at the head of a filter or set block.
    Expression.Filter filters() {
        Expression.Filter value = filter(null);
        while (tokens.skipOperator("|")) {
            value = filter(value);
        }
        return value;
    }

    private Expression.Filter filter(@Nullable Expression target) {
        int line = tokens.line();
        String name = dottedName();
        return new Expression.Filter(target, name, tokens.atOperator("(") ? arguments() : ArgumentList.EMPTY, line);
    }

    private String dottedName() {
        String name = tokens.expectName();
        while (tokens.skipOperator(".")) {
            name += "." + tokens.expectName();
        }
        return name;
    }

    private Expression test(Expression target) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = dottedName();
        ArgumentList arguments = ArgumentList.EMPTY;
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (startsTestArgument()) {
            tokens.enter();
            arguments = new ArgumentList(List.of(postfix(primary())), List.of(), null, null);
            tokens.leave();
        }
        Expression test = new Expression.Test(target, name, arguments, line);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean startsTestArgument() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.operator("[") || token.operator("{");
            case NAME -> {
                if (token.name("is")) {
                    throw tokens.fail("tests cannot be chained with 'is'");
                }
                yield !token.name("else") && !token.name("or") && !token.name("and");
            }
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }
}
