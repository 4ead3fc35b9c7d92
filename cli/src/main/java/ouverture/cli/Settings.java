package ouverture.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import ouverture.error.RequestException;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// The sampling flags under the names of their options, to be changed while a chat runs.
final class Settings {
    private final SamplingFlags flags;

    Settings(SamplingFlags flags) {
        this.flags = flags;
    }

    /// The names, without dashes.
    List<String> names() {
        return options().stream().map(Settings::name).toList();
    }

    /// A line for each setting.
    String list() {
        return options().stream()
                .map(option -> {
                    Object value = option.getValue();
                    return String.format(Locale.ROOT, "  %-20s %s%n", name(option), value == null ? "-" : value);
                })
                .collect(Collectors.joining());
    }

    /// Changes one setting; a list such as `stop` is replaced.
    ///
    /// @throws RequestException if there is no such setting, or its value is out of range; nothing is changed
    ///     then
    void set(String name, String value) {
        // A parser takes the fields as it finds them for the defaults, so a fresh one leaves the other settings alone.
        CommandLine line = new CommandLine(flags);
        OptionSpec option = line.getCommandSpec().findOption("--" + name);
        if (option == null) {
            throw new RequestException(
                    "There is no setting " + name + "; there are " + String.join(", ", names()) + ".");
        }
        Object before = option.getValue();
        try {
            line.parseArgs("--" + name + "=" + value);
            flags.check();
        } catch (ParameterException e) {
            option.setValue(before);
            throw new RequestException(e.getMessage() + ".", e);
        } catch (RequestException e) {
            option.setValue(before);
            throw e;
        }
    }

    private List<OptionSpec> options() {
        return new CommandLine(flags).getCommandSpec().options();
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring(2);
    }
}
