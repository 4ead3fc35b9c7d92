/// Microbenchmarks of the kernels.
@org.jspecify.annotations.NullMarked
package ouverture.benchmarks;
