package ouverture.server.key;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;

/// The keys of a server. Their file has a line for each: name, scopes with commas between them, and the hash of
/// the key. Keys are 256 random bits, so a hash without salt and stretching gives nothing away.
public final class ApiKeys {
    /// A server without keys: anybody may ask for anything.
    public static final ApiKeys NONE = new ApiKeys(List.of());

    private static final String PREFIX = "ouv_";
    private static final int KEY_BYTES = 32;

    private final Map<String, ApiKey> byHash = new HashMap<>();

    private ApiKeys(List<ApiKey> keys) {
        keys.forEach(key -> byHash.put(key.hash(), key));
    }

    /// Reads a file of keys.
    ///
    /// @throws RequestException if it is missing, unreadable or has a line that is none of ours
    public static ApiKeys read(Path file) {
        List<ApiKey> keys = lines(file);
        if (keys.isEmpty()) {
            throw new RequestException("The key file " + file + " has no keys; `ouverture api-key` adds one.");
        }
        return new ApiKeys(keys);
    }

    private static List<ApiKey> lines(Path file) {
        List<ApiKey> keys = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!line.isBlank() && !line.startsWith("#")) {
                    keys.add(key(line, file + ", line " + number));
                }
            }
        } catch (NoSuchFileException e) {
            throw new RequestException("There is no key file " + file + "; `ouverture api-key` makes one.", e);
        } catch (IOException e) {
            throw new RequestException("The key file " + file + " cannot be read: " + e.getMessage() + ".", e);
        }
        return keys;
    }

    private static ApiKey key(String line, String where) {
        String[] parts = line.strip().split("\\s+", -1);
        if (parts.length != 3 || !parts[2].matches("[0-9a-f]{64}")) {
            throw new RequestException(
                    where + " is not a name, scopes and a hash, as `ouverture api-key` writes them.");
        }
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String text : parts[1].split(",", -1)) {
            scopes.add(Arrays.stream(Scope.values())
                    .filter(scope -> scope.text().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new RequestException(where + " has an unknown scope '" + text + "'.")));
        }
        return new ApiKey(parts[0], scopes, parts[2]);
    }

    /// Makes a new key and adds its hash to a file, which is made if it is not there.
    ///
    /// @param name letters, digits, `_`, `-`, `.` and `@`; not in the file yet
    /// @return the key: it cannot be found out again
    /// @throws RequestException if the name is not good or the file not one of keys
    /// @throws ResourceException if the file cannot be written
    public static String add(Path file, String name, Set<Scope> scopes) {
        if (!name.matches("[\\w.@-]{1,64}") || scopes.isEmpty()) {
            throw new RequestException("A key needs a name of letters, digits, _, -, . and @, and a scope at least.");
        }
        if (Files.exists(file)
                && lines(file).stream().anyMatch(key -> key.name().equals(name))) {
            throw new RequestException("The key file " + file + " has a key of " + name
                    + " already; remove its line, or take another name.");
        }
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        String key = PREFIX + HexFormat.of().formatHex(random);
        String line = name + " " + scopes.stream().sorted().map(Scope::text).collect(Collectors.joining(",")) + " "
                + hash(key) + "\n";
        try {
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new ResourceException("The key file " + file + " cannot be written: " + e.getMessage() + ".", e);
        }
        return key;
    }

    /// Whether nobody needs a key.
    public boolean isEmpty() {
        return byHash.isEmpty();
    }

    /// The key of a request.
    ///
    /// @param text as the client sent it
    public Optional<ApiKey> find(String text) {
        // Looking up a hash takes a time that tells nothing about the key.
        return Optional.ofNullable(byHash.get(hash(text)));
    }

    private static String hash(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
