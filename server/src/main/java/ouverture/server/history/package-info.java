/// What the server keeps of conversations, in a database of its own.
@org.jspecify.annotations.NullMarked
package ouverture.server.history;
