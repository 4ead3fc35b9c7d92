package ouverture.constrain;

import java.util.function.IntPredicate;
import ouverture.error.RequestException;

/// An answer's way through its constraint: which tokens may come next. Matchers of one [Grammar] share what they
/// work out, so that all of them must be used by the same thread, or one after the other.
public final class Matcher implements IntPredicate {
    /// Tokens that are looked at alone before all are: the likeliest ones mostly fit.
    private static final int MOST_CHECKS = 1024;

    private final Grammar grammar;
    private Place place;

    Matcher(Grammar grammar, Place place) {
        this.grammar = grammar;
        this.place = place;
    }

    /// Another matcher at the same place, which goes its own way.
    public Matcher copy() {
        return new Matcher(grammar, place);
    }

    /// Whether a token may come next; one that ends answers where the answer may end.
    ///
    /// @throws RequestException if the constraint is too ambiguous to be followed
    @Override
    public boolean test(int id) {
        long[] mask = place.mask();
        if (mask == null && place.countCheck() > MOST_CHECKS) {
            mask = grammar.mask(place);
        }
        if (mask == null) {
            return grammar.ends(id) ? place.isEnd() : grammar.after(id, place) != Place.NOWHERE;
        }
        return id >> 6 < mask.length && (mask[id >> 6] >> id & 1) != 0;
    }

    /// How many tokens, one after another, may come next.
    public int fitting(int[] ids) {
        Place at = place;
        for (int i = 0; i < ids.length; i++) {
            boolean ends = grammar.ends(ids[i]);
            if (ends) {
                return at.isEnd() ? i + 1 : i;
            }
            at = grammar.after(ids[i], at);
            if (at == Place.NOWHERE) {
                return i;
            }
        }
        return ids.length;
    }

    /// The tokens of the text that must come next, such as the key of a property; none where there is a choice.
    ///
    /// @throws RequestException if the constraint is too ambiguous to be followed
    public int[] forced() {
        return grammar.forced(place);
    }

    /// Goes on with a token; one that ends answers changes nothing.
    ///
    /// @throws RequestException if it does not fit, because it was not drawn but forced
    public void advance(int id) {
        if (grammar.ends(id)) {
            return;
        }
        grammar.renew();
        Place next = grammar.after(id, place);
        if (next == Place.NOWHERE) {
            throw new RequestException("Token " + id + " had to come here and does not fit the answer's constraint.");
        }
        place = next;
    }

    /// Whether the answer may end here.
    public boolean mayEnd() {
        return place.isEnd();
    }

    /// Whether the answer must end here: it is complete, and nothing can follow.
    public boolean isComplete() {
        return place.isEnd() && place.isLast();
    }
}
