/// The one measurement that needs the kernels' own means of running machine code.
@org.jspecify.annotations.NullMarked
package ouverture.kernels.jit;
