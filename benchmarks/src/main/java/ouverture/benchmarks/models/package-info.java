/// Model files of real shapes with random weights, for measuring.
@org.jspecify.annotations.NullMarked
package ouverture.benchmarks.models;
