package ouverture.cli;

import ouverture.error.RequestException;
import picocli.CommandLine.Option;

/// Whether thoughts are shown.
final class ThoughtFlags {
    @Option(
            names = "--show-thoughts",
            description = "Shows what the model thinks before it answers, also where no terminal reads it.")
    private boolean show;

    @Option(names = "--hide-thoughts", description = "Shows the answer only.")
    private boolean hide;

    /// @param otherwise what counts if neither flag is given
    /// @throws RequestException if both are
    boolean visible(boolean otherwise) {
        if (show && hide) {
            throw new RequestException("--show-thoughts and --hide-thoughts exclude each other; use one of them.");
        }
        return show || otherwise && !hide;
    }
}
