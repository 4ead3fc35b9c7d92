/// From one number format to another: which tensor gets which, and the work itself.
@org.jspecify.annotations.NullMarked
package ouverture.file.quantize;
