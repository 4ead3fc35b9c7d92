package ouverture.kernels.jit.aarch64;

/// A vector register of 128 bits. By the procedure call standard (AAPCS64) a routine must leave the lower halves
/// of 8 to 15 as they were.
///
/// @param number 0 to 31
public record VectorRegister(int number) {
    public VectorRegister {
        if (number < 0 || number > 31) {
            throw new IllegalArgumentException("there is no vector register " + number);
        }
    }
}
