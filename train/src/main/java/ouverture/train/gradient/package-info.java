/// Gradients of a network by going through its forward pass backwards. The families' own `forward` is what is
/// differentiated: [RecordingKernels] notes each operation that it asks for, and every [Operation] knows its way
/// back.
package ouverture.train.gradient;
