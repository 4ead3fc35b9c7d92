/// What the server needs of an HTTP library, and nothing more: the choice can be reversed by writing one class.
@org.jspecify.annotations.NullMarked
package ouverture.server.http;
