package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import ouverture.server.key.ApiKeys;
import ouverture.server.key.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture api-key`: a key for clients of `serve`.
@Command(
        name = "api-key",
        description = {
            "Makes a key for clients of `serve` and adds its hash to a file.",
            "The key goes to standard output; it cannot be found out again."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class ApiKeyCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(index = "0", paramLabel = "FILE", description = "The file of keys; it is made if it is not there.")
    private Path file = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "NAME",
            description = "Whose key it is: letters, digits, _, -, . and @; to take it back, remove its line.")
    private String name = "";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description = "inference, models, metrics or admin; may be repeated (default: all but admin).")
    private Set<Scope> scopes = EnumSet.noneOf(Scope.class);

    ApiKeyCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        Set<Scope> granted = scopes.isEmpty() ? EnumSet.complementOf(EnumSet.of(Scope.ADMIN)) : scopes;
        streams.out().write(ApiKeys.add(file, name, granted) + "\n");
        streams.out().flush();
        return ExitCode.OK;
    }
}
