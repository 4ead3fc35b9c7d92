/// What a model writes, taken apart: thoughts, text and tool calls of every family.
@org.jspecify.annotations.NullMarked
package ouverture.text.output;
