package ouverture.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import ouverture.AdapterSource;
import ouverture.error.RequestException;

/// `FILE[=SCALE]`: an adapter and what it counts.
final class AdapterArgument {
    private AdapterArgument() {}

    /// Whether an argument is `NAME=PATH`, an adapter under a name of its own: a path follows the equals sign.
    static boolean isNamed(String argument) {
        int equals = argument.indexOf('=');
        return equals > 0 && !Files.exists(Path.of(argument)) && Files.exists(Path.of(argument.substring(equals + 1)));
    }

    /// @throws RequestException if what follows the equals sign is no number
    static AdapterSource parse(String argument) {
        int equals = argument.lastIndexOf('=');
        if (equals < 0 || Files.exists(Path.of(argument))) {
            return new AdapterSource(Path.of(argument), 1);
        }
        String scale = argument.substring(equals + 1);
        try {
            double number = Double.parseDouble(scale);
            if (Float.isFinite((float) number)) {
                return new AdapterSource(Path.of(argument.substring(0, equals)), number);
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new RequestException(
                "--adapter " + argument + " gives the scale \"" + scale + "\"; give a number, as in FILE=0.5.");
    }
}
