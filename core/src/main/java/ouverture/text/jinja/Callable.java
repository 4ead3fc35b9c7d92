package ouverture.text.jinja;

/// A value that can be called.
interface Callable {
    Object call(Runtime runtime, Arguments arguments);

    /// How it prints.
    String description();
}
