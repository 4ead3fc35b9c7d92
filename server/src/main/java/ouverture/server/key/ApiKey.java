package ouverture.server.key;

import java.util.Set;

/// A key as the server knows it.
///
/// @param name whose it is; shown in logs
/// @param scopes what it is good for
/// @param hash SHA-256 of the key's text, in hexadecimal digits
public record ApiKey(String name, Set<Scope> scopes, String hash) {
    /// Stands for everybody where a server has no keys.
    public static final ApiKey ANYBODY = new ApiKey("", Set.of(Scope.values()), "");

    public ApiKey {
        scopes = Set.copyOf(scopes);
    }
}
