package ouverture.clients;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.concurrent.CompletableFuture;

/// What comes of a stream: its pieces, a `|` behind each, and its end.
final class CollectedPieces implements StreamingChatResponseHandler {
    private final StringBuilder pieces = new StringBuilder();
    private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

    /// Waits for the end.
    ChatResponse response() {
        return end.join();
    }

    String text() {
        return pieces.toString();
    }

    @Override
    public void onPartialResponse(String piece) {
        pieces.append(piece).append('|');
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        end.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }
}
