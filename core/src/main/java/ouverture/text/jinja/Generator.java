package ouverture.text.jinja;

import java.util.Iterator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Items that come one after the other and only once: what `map`, `select` and their like give.
record Generator(Iterator<Object> items) {
    /// A generator whose work, and whose failures, wait until the first item is asked for.
    static Generator deferred(Supplier<Iterator<Object>> start) {
        return new Generator(new Iterator<>() {
            private @Nullable Iterator<Object> started;

            private Iterator<Object> items() {
                if (started == null) {
                    started = start.get();
                }
                return started;
            }

            @Override
            public boolean hasNext() {
                return items().hasNext();
            }

            @Override
            public Object next() {
                return items().next();
            }
        });
    }
}
