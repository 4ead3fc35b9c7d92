package ouverture.text.jinja;

/// A function of the engine, or a method bound to its owner.
record Function(String name, Body body) implements Callable {
    interface Body {
        Object call(Rendering rendering, Arguments arguments);
    }

    @Override
    public Object call(Rendering rendering, Arguments arguments) {
        return body.call(rendering, arguments);
    }

    @Override
    public String description() {
        return "<function " + name + ">";
    }
}
