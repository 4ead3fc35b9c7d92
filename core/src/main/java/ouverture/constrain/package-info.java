/// Constraints on answers: JSON Schema, regular expressions, choices and GBNF become one recogniser over bytes
/// that says which tokens may come next.
@org.jspecify.annotations.NullMarked
package ouverture.constrain;
