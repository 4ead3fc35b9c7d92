package ouverture.text.jinja;

import java.util.Iterator;

/// Items that come one after the other and only once: what `map`, `select` and their like give.
record Generator(Iterator<Object> items) {}
