/// What all APIs have in common: endpoints, errors, and a request's way through the server.
@org.jspecify.annotations.NullMarked
package ouverture.server.api;
