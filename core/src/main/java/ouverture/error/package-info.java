/// What can go wrong for a user: one exception for each kind, each with one sentence that says what is wrong,
/// where, and what to do.
@org.jspecify.annotations.NullMarked
package ouverture.error;
