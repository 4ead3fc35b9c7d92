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
    private static final byte[] EMPTY = {'{', '}'};

    private final String method;
    private final String path;
    private final Api api;
    private final Access access;
    private final String meaning;
    private final Source source;
    private final JsonType<T> type;
    private final Action<T> action;

    /// Where the fields of a request stand.
    private enum Source {
        BODY,
        QUERY,
        NOWHERE
    }

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
            Place place, Api api, Access access, String meaning, Source source, JsonType<T> type, Action<T> action) {
        this.method = place.method;
        this.path = place.path;
        this.api = api;
        this.access = access;
        this.meaning = meaning;
        this.source = source;
        this.type = type;
        this.action = action;
    }

    /// What a request asks for: its first line.
    ///
    /// @param path a part such as `{id}` stands for any part of a path; it may end with `/*` for anything that
    ///     follows
    public record Place(String method, String path) {}

    /// An endpoint whose request has a body.
    ///
    /// @param meaning what it does, for the documentation
    public static <T> Endpoint<T> post(
            String path, Api api, Scope scope, String meaning, JsonType<T> body, Action<T> action) {
        return new Endpoint<>(new Place("POST", path), api, new Access.Keys(scope), meaning, Source.BODY, body, action);
    }

    /// An endpoint whose request has a body, which is kept at its path.
    ///
    /// @param path as [Place#path()]
    public static <T> Endpoint<T> put(
            String path, Api api, Scope scope, String meaning, JsonType<T> body, Action<T> action) {
        return new Endpoint<>(new Place("PUT", path), api, new Access.Keys(scope), meaning, Source.BODY, body, action);
    }

    /// An endpoint whose requests have no fields.
    ///
    /// @param path as [Place#path()]
    public static Endpoint<Object> get(String path, Api api, Access access, String meaning, Action<Object> action) {
        return plain(new Place("GET", path), api, access, meaning, action);
    }

    /// An endpoint whose requests have no fields, by any method.
    public static Endpoint<Object> plain(Place place, Api api, Access access, String meaning, Action<Object> action) {
        return new Endpoint<>(place, api, access, meaning, Source.NOWHERE, NOTHING, action);
    }

    /// An endpoint whose requests have their fields after the question mark of their address.
    ///
    /// @param path as [Place#path()]
    public static <T> Endpoint<T> query(
            String path, Api api, Access access, String meaning, JsonType<T> query, Action<T> action) {
        return new Endpoint<>(new Place("GET", path), api, access, meaning, Source.QUERY, query, action);
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
        return type.rows("");
    }

    /// Whether fields may stand after the question mark of a request's address.
    boolean takesQuery() {
        return source == Source.QUERY;
    }

    /// Reads a request and answers it.
    void serve(Call call) {
        byte[] body = call.body();
        T request = switch (source) {
            case BODY -> RequestReader.read(body, type);
            case QUERY -> RequestReader.query(call.query(), type);
            case NOWHERE -> RequestReader.read(method.equals("POST") && body.length > 0 ? body : EMPTY, type);
        };
        action.answer(request, call);
    }
}
