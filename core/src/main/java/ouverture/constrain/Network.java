package ouverture.constrain;

/// The states of a constraint's automaton: a recursive transition network (Woods 1970), in which an edge is a
/// range of bytes, a special token, or a rule whose own states have to be gone through.
///
/// @param kinds of the states, one of the constants
/// @param first for `BYTES` the first byte, for `SYMBOL` the token's number, for `CALL` the rule, for `SPLIT`
///     another state to go on in, or -1
/// @param last for `BYTES` the last byte
/// @param next where the edge leads to; for `SPLIT` a state to go on in
/// @param starts of the rules
/// @param root the rule of a whole answer
/// @param isNullable whether a rule fits the empty text
/// @param needs by state: how many calls deep the shallowest way to the end of its rule goes
/// @param ranks of the rules: a rule that another one can begin with comes after it
@SuppressWarnings("ArrayRecordComponent") // read by the recogniser in its inner loop, and by nobody else
record Network(
        byte[] kinds,
        int[] first,
        int[] last,
        int[] next,
        int[] starts,
        int root,
        boolean[] isNullable,
        int[] needs,
        int[] ranks) {
    static final byte BYTES = 0;
    static final byte SYMBOL = 1;
    static final byte CALL = 2;
    static final byte SPLIT = 3;

    /// The end of a rule.
    static final byte FINAL = 4;

    /// The end of everything: state 0, in which the root rule returns.
    static final byte ACCEPT = 5;

    /// How many calls may be open at once: nesting beyond is no part of the constraint's language.
    static final int DEEPEST = 1000;

    /// Whether a call returns to the end of its rule, so that its place need not be remembered.
    boolean isTail(int state) {
        return kinds[next[state]] == FINAL;
    }
}
