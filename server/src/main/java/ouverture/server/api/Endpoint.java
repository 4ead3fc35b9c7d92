package ouverture.server.api;

import java.util.List;
import ouverture.server.field.JsonType;
import ouverture.server.field.ObjectType;
import ouverture.server.field.RequestReader;
import ouverture.server.field.Row;
import ouverture.server.key.Scope;

/// One thing that clients can ask for.
///
/// @param <T> what a request becomes
public final class Endpoint<T> {
    private static final JsonType<Object> NOTHING = new ObjectType<>("an empty object", List.of(), _ -> "");

    private final String method;
    private final String path;
    private final Api api;
    private final Access access;
    private final String meaning;
    private final JsonType<T> body;
    private final Action<T> action;

    /// Answers a request.
    @FunctionalInterface
    public interface Action<T> {
        /// @throws ApiException if the client is to get an error
        /// @throws ouverture.error.OuvertureException if the engine cannot take it
        void answer(T request, Call call);
    }

    /// Who may ask.
    public sealed interface Access {
        /// Everybody.
        record Open() implements Access {}

        /// Keys with a scope.
        record Keys(Scope scope) implements Access {}
    }

    private Endpoint(
            String method, String path, Api api, Access access, String meaning, JsonType<T> body, Action<T> action) {
        this.method = method;
        this.path = path;
        this.api = api;
        this.access = access;
        this.meaning = meaning;
        this.body = body;
        this.action = action;
    }

    /// An endpoint whose request has a body.
    ///
    /// @param meaning what it does, for the documentation
    public static <T> Endpoint<T> post(
            String path, Api api, Scope scope, String meaning, JsonType<T> body, Action<T> action) {
        return new Endpoint<>("POST", path, api, new Access.Keys(scope), meaning, body, action);
    }

    /// An endpoint without a body.
    ///
    /// @param path may end with `/*` for anything that follows
    public static Endpoint<Object> get(String path, Api api, Access access, String meaning, Action<Object> action) {
        return new Endpoint<>("GET", path, api, access, meaning, NOTHING, action);
    }

    public String method() {
        return method;
    }

    public String path() {
        return path;
    }

    public Api api() {
        return api;
    }

    public Access access() {
        return access;
    }

    /// What it does, for the documentation.
    public String meaning() {
        return meaning;
    }

    /// The fields of its requests, for the documentation.
    public List<Row> rows() {
        return body.rows("");
    }

    /// Reads a request and answers it.
    void serve(Call call) {
        byte[] bytes = call.body();
        T request = RequestReader.read(method.equals("GET") ? new byte[] {'{', '}'} : bytes, body);
        action.answer(request, call);
    }
}
