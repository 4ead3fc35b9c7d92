package ouverture.text.jinja;

/// Jinja's `none`, so that Java's null never is a value.
enum None {
    NONE
}
