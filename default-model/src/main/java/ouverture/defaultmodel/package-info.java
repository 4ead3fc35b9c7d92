/// The default model as a resource, for the engine to find.
package ouverture.defaultmodel;
