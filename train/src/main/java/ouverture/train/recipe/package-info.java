/// Recipes: files that say how a model is made from nothing, and what runs them.
package ouverture.train.recipe;
