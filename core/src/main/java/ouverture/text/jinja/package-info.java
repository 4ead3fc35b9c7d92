/// The template language of chat templates: Jinja2 3.1 as the Hugging Face library sets it up (sandbox, trimmed
/// blocks, loop controls), rendered over a closed set of values within hard limits, because templates come from
/// untrusted files.
///
/// [Lexer] cuts the source into tokens, [Parser] makes a tree of [Statement] and [Expression], [NameAnalysis]
/// finds out which names each scope hides, [Interpreter] and [Evaluator] walk the tree.
///
/// Values inside are: [None], Boolean, Long, Double, String, [Markup], [ListValue], [TupleValue], [DictValue],
/// [RangeValue], [DictView], [Generator], [Namespace], [Undefined] and everything [Callable]. None of them is
/// reached by
/// reflection.
@org.jspecify.annotations.NullMarked
package ouverture.text.jinja;
