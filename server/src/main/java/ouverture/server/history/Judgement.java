package ouverture.server.history;

/// What a reader said of an answer. Two of one conversation to the same messages, of which one was liked and the other
/// was not, make a pair.
///
/// @param id that its owner gave it
/// @param conversation that it is about, with which it goes
/// @param messages before the answer: a list in JSON, as chat requests have it
/// @param answer as a message, in JSON
/// @param model that wrote it
/// @param good whether it was liked
public record Judgement(String id, String conversation, String messages, String answer, String model, boolean good) {}
