/// How much of the kernels' speed a training has.
@org.jspecify.annotations.NullMarked
package ouverture.benchmarks.training;
