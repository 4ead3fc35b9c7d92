package ouverture.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a chat understands besides messages.
enum SlashCommand {
    HELP("", "shows this list"),
    RESET("", "begins a new conversation; the system message stays"),
    SAVE("FILE", "writes the conversation to a JSON file"),
    LOAD("FILE", "replaces the conversation with one from a JSON file"),
    SYSTEM("TEXT", "sets the system message; without a text, removes it"),
    THINK("HOW", "off, auto, low, medium, high or a number of tokens; alone, shows the setting"),
    SET("NAME VALUE", "changes a setting such as temperature; alone, shows all of them"),
    STATS("", "shows what the last answer took"),
    EXIT("", "leaves the chat, as Ctrl-D does");

    private final String argument;
    private final String description;

    SlashCommand(String argument, String description) {
        this.argument = argument;
        this.description = description;
    }

    /// As it is typed.
    String word() {
        return "/" + name().toLowerCase(Locale.ROOT);
    }

    /// The command with this word.
    static Optional<SlashCommand> of(String word) {
        return Arrays.stream(values())
                .filter(command -> command.word().equals(word))
                .findFirst();
    }

    /// A line for each command.
    static String help() {
        StringBuilder help = new StringBuilder();
        for (SlashCommand command : values()) {
            help.append(String.format(
                    Locale.ROOT, "  %-16s %s%n", command.word() + " " + command.argument, command.description));
        }
        return help.toString();
    }
}
