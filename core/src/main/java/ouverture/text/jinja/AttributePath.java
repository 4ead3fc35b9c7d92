package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a filter finds what it looks at in each item: `"address.city"`, `"0"`, `3`; or the item itself.
///
/// @param keys strings, and integers where a part is a number
record AttributePath(List<Object> keys) {
    static AttributePath of(Object attribute) {
        if (attribute == None.NONE) {
            return new AttributePath(List.of());
        }
        String text = Types.text(attribute);
        if (text == null) {
            return new AttributePath(List.of(attribute));
        }
        List<Object> keys = new ArrayList<>();
        for (String part : Text.split(text, ".", -1)) {
            boolean number =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            keys.add(number ? (Object) Long.valueOf(part) : part);
        }
        return new AttributePath(keys);
    }

    /// Several paths, with commas between.
    static List<AttributePath> several(Object attributes) {
        String text = Types.text(attributes);
        return text == null
                ? List.of(of(attributes))
                : Text.split(text, ",", -1).stream().map(AttributePath::of).toList();
    }

    /// @param otherwise what stands for an undefined part; absent to leave it undefined
    Object get(Object item, @Nullable Object otherwise, Budget budget) {
        Object value = item;
        for (Object key : keys) {
            value = Access.item(value, key, budget);
            if (otherwise != null && value instanceof Undefined) {
                value = otherwise;
            }
        }
        return value;
    }
}
