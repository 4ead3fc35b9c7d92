package ouverture.text.jinja;

/// The value of a name or attribute that is not there: prints as nothing, is false and empty, and fails in every
/// other use.
///
/// @param reason why it is undefined, for the failure
record Undefined(String reason) {
    static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    static Undefined attribute(Object owner, String name) {
        return new Undefined("a value of type " + Types.name(owner) + " has no attribute '" + name + "'");
    }

    Failure failure() {
        return new Failure(reason);
    }
}
