package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ouverture.text.jinja.Statement.Body;
import ouverture.text.jinja.Statement.Signature;
import ouverture.text.jinja.Statement.Target;

/// Recursive descent over blocks, within a limit on nesting.
final class Parser {
    private static final Set<String> CONSTANTS = Set.of("true", "True", "false", "False", "none", "None");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    /// Loops around the current statement within the innermost macro or call block.
    private int loops;

    private Parser(List<Token> all) {
        tokens = new TokenStream(all);
        expressions = new ExpressionParser(tokens);
    }

    /// @throws SyntaxFailure with its line
    static Body parse(String source) {
        Parser parser = new Parser(Lexer.tokenize(source));
        return parser.statements(null, 0);
    }

    /// Statements up to one of the tags `ends`, whose name is then the current token.
    ///
    /// @param opened the tag that the ends belong to, absent for the whole template
    /// @param openedLine its line
    private Body statements(@Nullable String opened, int openedLine, String... ends) {
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(token.text()));
                case PRINT_BEGIN -> {
                    statements.add(new Statement.Print(expressions.tuple(true, null), token.line()));
                    tokens.expect(Token.Kind.PRINT_END);
                }
                case BLOCK_BEGIN -> {
                    if (List.of(ends).contains(tokens.current().text()) && tokens.at(Token.Kind.NAME)) {
                        return new Body(statements);
                    }
                    tokens.enter();
                    statement(statements);
                    tokens.leave();
                    tokens.expect(Token.Kind.BLOCK_END);
                }
                case END -> {
                    if (opened != null) {
                        throw new SyntaxFailure(
                                "the template ends inside of {% " + opened + " %} of line " + openedLine
                                        + ", which needs {% " + String.join(" %} or {% ", ends) + " %}",
                                token.line());
                    }
                    return new Body(statements);
                }
                case PRINT_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
                    throw new SyntaxFailure("unexpected " + token.description(), token.line());
            }
        }
    }

    /// The body of `tag` between its `%}` and its end tag, the latter read as well.
    private Body body(String tag, int line) {
        Body body = bodyUntil(tag, line, "end" + tag);
        tokens.next();
        return body;
    }

    private Body bodyUntil(String tag, int line, String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Token.Kind.BLOCK_END);
        return statements(tag, line, ends);
    }

    private void statement(List<Statement> out) {
        int line = tokens.line();
        if (!tokens.at(Token.Kind.NAME)) {
            throw tokens.unexpected("a tag's name");
        }
        String tag = tokens.next().text();
        switch (tag) {
            case "if" -> out.add(conditional());
            case "for" -> out.add(loop(line));
            case "set" -> out.add(assignment(line));
            case "macro" -> out.add(macro(line));
            case "call" -> out.add(callBlock(line));
            case "filter" -> out.add(filterBlock(line));
            case "with" -> out.add(with(line));
            case "print" -> print(out, line);
            case "generation" -> out.add(new Statement.Generation(outsideOfLoops(() -> body("generation", line))));
            case "break" -> {
                requireLoop(tag, line);
                out.add(new Statement.Break());
            }
            case "continue" -> {
                requireLoop(tag, line);
                out.add(new Statement.Continue());
            }
            case "include", "import", "from", "extends", "block" ->
                throw new SyntaxFailure(
                        "{% " + tag + " %} is not allowed, because a chat template is complete in itself", line);
            case "autoescape" ->
                throw new SyntaxFailure("{% autoescape %} is not allowed in a chat template, use the filter 'e'", line);
            case "else", "elif", "endif", "endfor", "endset", "endmacro", "endcall", "endfilter", "endwith" ->
                throw new SyntaxFailure("{% " + tag + " %} does not belong to the block that is open here", line);
            default -> throw new SyntaxFailure("unknown tag '" + tag + "'", line);
        }
    }

    private void requireLoop(String tag, int line) {
        if (loops == 0) {
            throw new SyntaxFailure("{% " + tag + " %} stands outside of a loop", line);
        }
    }

    private Statement conditional() {
        List<Statement.Branch> branches = new ArrayList<>();
        while (true) {
            int line = tokens.line();
            Expression test = expressions.tuple(false, null);
            Body body = bodyUntil("if", line, "elif", "else", "endif");
            branches.add(new Statement.Branch(test, body, line));
            String tag = tokens.next().text();
            if (tag.equals("else")) {
                return new Statement.If(branches, body("if", line));
            }
            if (tag.equals("endif")) {
                return new Statement.If(branches, Body.EMPTY);
            }
        }
    }

    private Statement loop(int line) {
        Target target = target(false);
        tokens.expectName("in");
        Expression iterable = expressions.tuple(false, "recursive");
        Expression filter = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        loops++;
        Body body = bodyUntil("for", line, "endfor", "else");
        loops--;
        Body otherwise = tokens.next().text().equals("endfor") ? Body.EMPTY : body("for", line);
        return new Statement.For(target, iterable, filter, recursive, body, otherwise, line);
    }

    private Statement assignment(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(target, expressions.tuple(true, null), line);
        }
        Expression.Filter filter = tokens.skipOperator("|") ? expressions.filters() : null;
        return new Statement.SetBlock(target, filter, body("set", line), line);
    }

    private Statement macro(int line) {
        String name = variable();
        return definition("macro", line, (signature, body) -> new Statement.Macro(name, signature, body, line));
    }

    private Statement callBlock(int line) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (tokens.atOperator("(")) {
            parameters(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw new SyntaxFailure("{% call %} needs a call", line);
        }
        return bodyOf(
                "call",
                line,
                parameters,
                defaults,
                (signature, body) -> new Statement.CallBlock(call, signature, body, line));
    }

    private interface Definition {
        Statement of(Signature signature, Body body);
    }

    private Statement definition(String tag, int line, Definition definition) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        return bodyOf(tag, line, parameters, defaults, definition);
    }

    private Statement bodyOf(
            String tag, int line, List<String> parameters, List<Expression> defaults, Definition definition) {
        List<Body> body = new ArrayList<>(1);
        Set<String> uses = expressions.collectUses(() -> body.add(outsideOfLoops(() -> body(tag, line))));
        Signature signature = new Signature(List.copyOf(parameters), List.copyOf(defaults), uses);
        int caller = parameters.indexOf("caller");
        if (uses.contains("caller") && caller >= 0 && signature.defaultOf(caller) == null) {
            throw new SyntaxFailure("a parameter 'caller' of a macro needs a default", line);
        }
        return definition.of(signature, body.getFirst());
    }

    /// Parses a body whose `break` cannot leave a loop around it.
    private Body outsideOfLoops(Supplier<Body> parse) {
        int outer = loops;
        loops = 0;
        Body body = parse.get();
        loops = outer;
        return body;
    }

    private void parameters(List<String> parameters, List<Expression> defaults) {
        Set<String> names = new HashSet<>();
        tokens.expectOperator("(");
        while (!tokens.atOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String parameter = variable();
            if (!names.add(parameter)) {
                throw tokens.fail("the parameter '" + parameter + "' is declared twice");
            }
            parameters.add(parameter);
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.fail("a parameter without a default follows one that has one");
            }
        }
        tokens.expectOperator(")");
    }

    private Statement filterBlock(int line) {
        Expression.Filter filter = expressions.filters();
        return new Statement.FilterBlock(filter, body("filter", line), line);
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.at(Token.Kind.BLOCK_END)) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Statement.With(List.copyOf(targets), List.copyOf(values), body("with", line), line);
    }

    private void print(List<Statement> out, int line) {
        boolean first = true;
        while (!tokens.at(Token.Kind.BLOCK_END)) {
            if (!first) {
                tokens.expectOperator(",");
            }
            first = false;
            out.add(new Statement.Print(expressions.expression(), line));
        }
    }

    /// A name, or several with commas between that a sequence is unpacked to.
    ///
    /// @param namespaces whether `namespace.attribute` is one too
    private Target target(boolean namespaces) {
        List<Target> targets = new ArrayList<>();
        boolean comma = false;
        while (!tokens.at(Token.Kind.BLOCK_END) && !tokens.atOperator(")") && !tokens.atName("in")) {
            targets.add(singleTarget(namespaces));
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (targets.isEmpty()) {
            throw tokens.unexpected("a name to assign to");
        }
        return comma ? new Target.Unpacking(targets) : targets.getFirst();
    }

    private Target singleTarget(boolean namespaces) {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target inner = target(namespaces);
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        String name = variable();
        if (namespaces && tokens.skipOperator(".")) {
            return new Target.Attribute(name, tokens.expectName());
        }
        return new Target.Variable(name);
    }

    private String variable() {
        String name = tokens.expectName();
        if (CONSTANTS.contains(name)) {
            throw tokens.fail("'" + name + "' is a constant and cannot be assigned to");
        }
        return name;
    }
}
