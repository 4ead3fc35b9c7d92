package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What values are to each other: Python's names, truth, length and iteration.
final class Types {
    private Types() {}

    /// Python's name of a value's type.
    static String name(Object value) {
        return switch (value) {
            case None _ -> "NoneType";
            case Boolean _ -> "bool";
            case Long _ -> "int";
            case Double _ -> "float";
            case String _ -> "str";
            case Markup _ -> "Markup";
            case ListValue _ -> "list";
            case TupleValue _ -> "tuple";
            case DictValue _ -> "dict";
            case RangeValue _ -> "range";
            case DictView view -> view.kind().typeName();
            case Generator _ -> "generator";
            case Namespace _ -> "Namespace";
            case Undefined _ -> "Undefined";
            default -> "function";
        };
    }

    /// The text of a string, plain or safe; null if the value is none.
    static @Nullable String text(Object value) {
        return switch (value) {
            case String text -> text;
            case Markup markup -> markup.text();
            default -> null;
        };
    }

    /// Whether both are the same object, for values without contents to compare.
    @SuppressWarnings("ReferenceEquality")
    static boolean same(Object left, Object right) {
        return left == right;
    }

    static boolean isCallable(Object value) {
        return value instanceof Callable || value instanceof Undefined;
    }

    static boolean truth(Object value) {
        return switch (value) {
            case None _ -> false;
            case Boolean truth -> truth;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case Undefined _ -> false;
            case String text -> !text.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            default -> {
                int length = lengthOrNegative(value);
                yield length != 0;
            }
        };
    }

    /// Length in code points or entries, or -1 for a value without one.
    static int lengthOrNegative(Object value) {
        return switch (value) {
            case String text -> Text.length(text);
            case Markup markup -> Text.length(markup.text());
            case ListValue list -> list.items().size();
            case TupleValue tuple -> tuple.items().size();
            case DictValue dict -> dict.size();
            case DictView view -> view.dict().size();
            case RangeValue range -> range.length();
            case Undefined _ -> 0;
            case Loop loop -> loop.length();
            default -> -1;
        };
    }

    static long length(Object value, Budget budget) {
        String text = text(value);
        if (text != null) {
            budget.scan(text.length());
        }
        int length = lengthOrNegative(value);
        if (length < 0) {
            throw new Failure("a value of type " + name(value) + " has no length");
        }
        return length;
    }

    /// The items of a list, tuple, range or view; null for every other value.
    static @Nullable List<Object> items(Object value) {
        return switch (value) {
            case ListValue list -> list.items();
            case TupleValue tuple -> tuple.items();
            case RangeValue range -> range.items();
            case DictView view -> view.items();
            default -> null;
        };
    }

    static boolean isIterable(Object value) {
        return switch (value) {
            case String _, Markup _, ListValue _, TupleValue _, DictValue _, RangeValue _, DictView _ -> true;
            case Generator _, Undefined _ -> true;
            default -> false;
        };
    }

    /// What a loop over the value visits.
    static Iterator<Object> iterator(Object value, Budget budget) {
        String text = text(value);
        if (text != null) {
            budget.scan(text.length());
            return Text.characters(text).iterator();
        }
        if (value instanceof DictValue || value instanceof DictView) {
            budget.scan(length(value, budget));
        }
        return switch (value) {
            case ListValue list -> list.iterator();
            case DictValue dict -> dict.keys().iterator();
            case Generator generator -> generator.items();
            case Undefined _ -> Collections.emptyIterator();
            default -> {
                List<Object> items = items(value);
                if (items == null) {
                    throw new Failure("a value of type " + name(value) + " cannot be iterated over");
                }
                yield items.iterator();
            }
        };
    }

    /// All that a loop over the value visits, in a list of its own.
    static List<Object> collect(Object value, Budget budget) {
        Iterator<Object> iterator = iterator(value, budget);
        List<Object> items = new ArrayList<>();
        while (iterator.hasNext()) {
            items.add(iterator.next());
            if (items.size() % 1024 == 0) {
                budget.items(items.size());
            }
        }
        budget.items(items.size());
        return items;
    }

    /// An integer where Python asks for one; truth values count as 0 and 1.
    ///
    /// @param asker for messages
    static long integer(Object value, String asker) {
        return switch (value) {
            case Long number -> number;
            case Boolean truth -> truth ? 1 : 0;
            case Undefined undefined -> throw undefined.failure();
            default -> throw new Failure(asker + " needs an integer and not a value of type " + name(value));
        };
    }

    static int clamp(long value) {
        return Math.clamp(value, Integer.MIN_VALUE + 1, Integer.MAX_VALUE);
    }
}
