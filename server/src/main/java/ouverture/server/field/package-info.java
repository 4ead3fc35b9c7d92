/// What a request may hold, said once: the same description reads requests, refuses what is not in it, and
/// writes the tables of the documentation.
@org.jspecify.annotations.NullMarked
package ouverture.server.field;
