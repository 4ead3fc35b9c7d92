/// The models that the server has, by name.
@org.jspecify.annotations.NullMarked
package ouverture.server.model;
