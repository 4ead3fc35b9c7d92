/// Training: from a recipe to a model file, in steps that can be interrupted and repeated bit by bit.
package ouverture.train;
