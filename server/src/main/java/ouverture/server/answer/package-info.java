/// Running answers: one request may have several.
@org.jspecify.annotations.NullMarked
package ouverture.server.answer;
