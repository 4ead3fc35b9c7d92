package ouverture.server.field;

/// A line of a table in the documentation.
///
/// @param path of the field, as `messages[].content`
/// @param words what it takes
/// @param otherwise what holds without it
/// @param standing whether it is honoured
/// @param meaning what it does, or why it is refused; Markdown
public record Row(String path, String words, String otherwise, Standing standing, String meaning) {}
