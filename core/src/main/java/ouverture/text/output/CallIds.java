package ouverture.text.output;

/// Ids of calls. Nine letters and digits, because Mistral's templates take no others; made from the call itself,
/// so that the same answer has the same ids.
public final class CallIds {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 9;
    /// From MurmurHash3's finaliser.
    private static final long MULTIPLIER = 0xff51afd7ed558ccdL;

    private CallIds() {}

    /// The id that stands for another string: always the same for the same string.
    public static String of(String text) {
        long hash = 1;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * MULTIPLIER;
            hash ^= hash >>> 32;
        }
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            id.append(ALPHABET.charAt((int) Long.remainderUnsigned(hash, ALPHABET.length())));
            hash = Long.divideUnsigned(hash, ALPHABET.length());
        }
        return id.toString();
    }

    static String of(CallReader.Call call, int number) {
        return of(number + ":" + call.name() + ":" + call.arguments());
    }

    /// An id in which a reader has left the number of the call in the conversation open.
    static String numbered(String id, int number) {
        return id.endsWith(":") ? id + number : id;
    }
}
