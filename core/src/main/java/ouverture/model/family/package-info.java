/// One file for each model family, reading like its paper; [Families] is the list.
@org.jspecify.annotations.NullMarked
package ouverture.model.family;
