/// Endpoints of our own: the web page, health, metrics, tokens.
@org.jspecify.annotations.NullMarked
package ouverture.server.own;
