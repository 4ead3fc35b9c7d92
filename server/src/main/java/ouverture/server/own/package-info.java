/// Endpoints of our own: health, metrics, tokens.
@org.jspecify.annotations.NullMarked
package ouverture.server.own;
