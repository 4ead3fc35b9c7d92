/// Machine code for AArch64: an [ouverture.kernels.jit.aarch64.Encoder] with the instructions that the kernels
/// need, each tested against the GNU assembler. It only makes bytes, so that all of it is tested on any machine.
@org.jspecify.annotations.NullMarked
package ouverture.kernels.jit.aarch64;
