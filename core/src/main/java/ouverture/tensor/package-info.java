/// Numbers in memory and what can be computed on them: tensors, number formats, the kernel contract and its
/// scalar reference, the key/value cache and the batch.
@org.jspecify.annotations.NullMarked
package ouverture.tensor;
