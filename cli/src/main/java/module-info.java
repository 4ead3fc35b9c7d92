import org.jspecify.annotations.NullMarked;

/// The `ouverture` command: text in, text out, made for pipes as well as people.
@NullMarked
module ouverture.cli {
    requires info.picocli;
    requires java.management;
    requires jdk.management;
    requires org.jline;
    requires ouverture.core;
    requires ouverture.server;
    requires ouverture.train;
    requires tools.jackson.databind;
    requires static org.jspecify;

    opens ouverture.cli to
            info.picocli,
            tools.jackson.databind;
}
