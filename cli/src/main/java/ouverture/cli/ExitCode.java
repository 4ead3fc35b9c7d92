package ouverture.cli;

/// Exit codes of all commands; scripts rely on them (docs/cli.md).
final class ExitCode {
    /// The command did what it was asked for.
    static final int OK = 0;

    /// Something unexpected, most likely a mistake in Ouverture.
    static final int FAILED = 1;

    /// A command line that makes no sense, or a value out of its range.
    static final int USAGE = 2;

    /// A model file that is missing, damaged or of an unknown kind.
    static final int MODEL = 3;

    /// A prompt that does not fit into the context.
    static final int PROMPT_TOO_LONG = 4;

    /// The machine lacks something: memory, disk, a kernel set.
    static final int MACHINE = 5;

    /// Training that cannot go on.
    static final int TRAINING = 6;

    /// Ended by Ctrl-C: 128 plus the number of the signal, as shells count.
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
