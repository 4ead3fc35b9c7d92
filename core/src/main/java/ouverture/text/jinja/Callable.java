package ouverture.text.jinja;

/// A value that can be called.
interface Callable {
    Object call(Rendering rendering, Arguments arguments);

    /// How it prints.
    String description();
}
