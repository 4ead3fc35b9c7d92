package ouverture.text.jinja;

import java.util.List;

/// The tokens of a template with a cursor, and the depth of the parser that reads them.
final class TokenStream {
    private final List<Token> tokens;
    private int index;
    private int nesting;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(index);
    }

    /// The token after the current one.
    Token following() {
        return tokens.get(Math.min(index + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    Token next() {
        Token token = current();
        if (index < tokens.size() - 1) {
            index++;
        }
        return token;
    }

    boolean at(Token.Kind kind) {
        return current().kind() == kind;
    }

    boolean atOperator(String operator) {
        return current().operator(operator);
    }

    boolean atName(String name) {
        return current().name(name);
    }

    boolean skipOperator(String operator) {
        boolean found = atOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String name) {
        boolean found = atName(name);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Token.Kind kind) {
        if (!at(kind)) {
            throw unexpected(new Token(kind, "", 0).description());
        }
        return next();
    }

    String expectName() {
        if (!at(Token.Kind.NAME)) {
            throw unexpected("a name");
        }
        return next().text();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    SyntaxFailure unexpected(String expected) {
        return fail("expected " + expected + ", found " + current().description());
    }

    SyntaxFailure fail(String message) {
        return new SyntaxFailure(message, line());
    }

    /// Marks the begin of a nested construct; every call has its [#leave].
    void enter() {
        if (++nesting > Limits.NESTING) {
            throw fail("blocks or brackets are nested more than " + Limits.NESTING + " deep");
        }
    }

    void leave() {
        nesting--;
    }
}
