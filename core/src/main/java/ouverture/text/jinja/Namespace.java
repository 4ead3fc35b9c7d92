package ouverture.text.jinja;

/// An object whose attributes `set` may change, from inner scopes too.
record Namespace(DictValue attributes) {}
