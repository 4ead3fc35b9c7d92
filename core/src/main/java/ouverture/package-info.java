/// The engine's API: load a model, ask it, read the answer as it comes.
@org.jspecify.annotations.NullMarked
package ouverture;
