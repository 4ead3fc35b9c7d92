/// Kernels as machine code that Java writes at start-up for the processor it runs on. Such code needs no
/// warm-up: the first token takes as long as any other.
///
/// An [ouverture.kernels.jit.Assembler] knows the instructions, each tested against the GNU assembler. A
/// [ouverture.kernels.jit.Routine] is a piece of code in terms of them, for vectors of any length;
/// [ouverture.kernels.jit.CodeCache] writes it when it is first needed, into pages that are never writable and
/// executable at once. Machine code checks nothing, so everything that it will touch is checked before, always
/// ([ouverture.kernels.jit.Addresses]), and it touches whole blocks and vectors of its tensors only: rows that
/// are not made of such are copied first and filled up.
///
/// Products with weights come in two kinds. [ouverture.kernels.jit.Matmul] multiplies exact inputs with weights
/// as they lie in the file, which a [ouverture.kernels.jit.WeightReader] turns to floats.
/// [ouverture.kernels.jit.IntegerMatmul] rounds inputs to bytes ([ouverture.kernels.jit.Quantisation]) and
/// multiplies them with the bytes of weights, in the form of a [ouverture.kernels.jit.PackedFormat].
///
/// That is x86-64. For AArch64 there are the products with packed weights only, which
/// [ouverture.kernels.jit.IntegerMatmul] drives for both: [ouverture.kernels.jit.NeonProducts] and what belongs
/// to them, in terms of an [ouverture.kernels.jit.aarch64.Encoder].
@org.jspecify.annotations.NullMarked
package ouverture.kernels.jit;
