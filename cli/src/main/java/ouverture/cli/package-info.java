/// The commands: [Main] starts one of them, [Streams] is what they read and write, [Failures] says what went
/// wrong.
@org.jspecify.annotations.NullMarked
package ouverture.cli;
