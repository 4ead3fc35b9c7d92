package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/// A list, which a template may change. Two are the same only if they are the same object; [Order#equal]
/// compares them.
final class ListValue {
    private final ArrayList<Object> items;

    ListValue(Collection<?> items) {
        this.items = new ArrayList<>(items);
    }

    List<Object> items() {
        return items;
    }

    /// Visits entries by place, so that it sees what is appended meanwhile.
    Iterator<Object> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < items.size();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return items.get(next++);
            }
        };
    }
}
