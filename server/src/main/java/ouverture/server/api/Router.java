package ouverture.server.api;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Finds the endpoint for a request.
final class Router {
    private static final String REST = "/*";

    private final List<Endpoint<?>> endpoints;

    Router(List<Endpoint<?>> endpoints) {
        this.endpoints = List.copyOf(endpoints);
    }

    /// An endpoint for a method and a path; HEAD is answered as GET, without a body.
    ///
    /// @throws ApiException if there is none
    Endpoint<?> find(String method, String path) {
        String wanted = method.equals("HEAD") ? "GET" : method;
        List<Endpoint<?>> there =
                endpoints.stream().filter(each -> matches(each, path)).toList();
        if (there.isEmpty()) {
            throw new ApiException(
                    ApiError.Kind.NOT_FOUND, "There is nothing at " + path + "; docs/api.md lists what there is.");
        }
        return there.stream()
                .filter(each -> each.method().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new ApiException(
                        ApiError.Kind.WRONG_METHOD, path + " takes " + methods(there) + " and not " + method + "."));
    }

    private static String methods(List<Endpoint<?>> endpoints) {
        return endpoints.stream().map(Endpoint::method).distinct().collect(Collectors.joining(" or "));
    }

    /// The API that a path belongs to, as far as can be told: that of the endpoint with the longest common
    /// beginning.
    Api api(String path) {
        Endpoint<?> nearest = endpoints.getFirst();
        int longest = -1;
        for (Endpoint<?> each : endpoints) {
            int common = common(each.path(), path);
            if (common > longest) {
                longest = common;
                nearest = each;
            }
        }
        return nearest.api();
    }

    private static int common(String one, String other) {
        int length = Math.min(one.length(), other.length());
        int i = 0;
        while (i < length && one.charAt(i) == other.charAt(i)) {
            i++;
        }
        return i;
    }

    private static boolean matches(Endpoint<?> endpoint, String path) {
        String pattern = endpoint.path();
        if (pattern.endsWith(REST)) {
            return path.startsWith(pattern.substring(0, pattern.length() - 1)) && path.length() >= pattern.length();
        }
        String[] wanted = pattern.split("/", -1);
        String[] there = path.split("/", -1);
        return wanted.length == there.length
                && IntStream.range(0, wanted.length)
                        .allMatch(i -> wanted[i].startsWith("{") ? !there[i].isEmpty() : wanted[i].equals(there[i]));
    }
}
