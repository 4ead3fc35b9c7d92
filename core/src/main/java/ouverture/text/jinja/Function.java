package ouverture.text.jinja;

/// A function of the engine, or a method bound to its owner.
record Function(String name, Body body) implements Callable {
    interface Body {
        Object call(Rendering runtime, Arguments arguments);
    }

    @Override
    public Object call(Rendering runtime, Arguments arguments) {
        return body.call(runtime, arguments);
    }

    @Override
    public String description() {
        return "<function " + name + ">";
    }
}
