package ouverture.server.api;

import org.jspecify.annotations.Nullable;

/// An answer that goes on when its request has ended.
public final class Background extends Work {
    private final Listener listener;

    /// Hears of the end.
    @FunctionalInterface
    interface Listener {
        /// @param error what the client is told, null if there is an answer
        /// @param mistake of ours that caused the error, else null
        void ended(Account account, @Nullable ApiError error, @Nullable Throwable mistake);
    }

    Background(String party, Listener listener) {
        super(party);
        this.listener = listener;
    }

    /// The answer has ended; called once, by the thread that gave it.
    ///
    /// @param error what the client is told, null if there is an answer
    /// @param mistake of ours that caused the error, else null
    public void end(@Nullable ApiError error, @Nullable Throwable mistake) {
        ended();
        listener.ended(account(), error, mistake);
    }
}
