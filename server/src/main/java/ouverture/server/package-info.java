/// The server as a program starts it.
@org.jspecify.annotations.NullMarked
package ouverture.server;
