package ouverture.server.api;

import java.time.Duration;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.OverloadedException;
import ouverture.error.PromptTooLongException;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.error.TemplateException;
import ouverture.error.TrainingException;
import ouverture.error.UnsupportedModelException;

/// What a client is told when it does not get what it asked for.
///
/// @param message one sentence
/// @param field of the request that it is about, as `messages[2].content`; empty if none
/// @param patience after which it may be tried again, where that may help
public record ApiError(Kind kind, String message, String field, Duration patience) {
    /// What went wrong, with the status that HTTP has for it.
    public enum Kind {
        INVALID(400),
        PROMPT_TOO_LONG(400),
        NO_KEY(401),
        FORBIDDEN(403),
        NOT_FOUND(404),
        NO_MODEL(404),
        NO_RESPONSE(400),
        WRONG_METHOD(405),
        TOO_LARGE(413),
        TOO_MANY(429),
        FAILED(500),
        NOT_SUPPORTED(501),
        UNAVAILABLE(503),
        TIMEOUT(504);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        /// HTTP's number for it.
        public int status() {
            return status;
        }

        /// The kind for a status that the HTTP library chose.
        static Kind of(int status) {
            return switch (status) {
                case 404 -> NOT_FOUND;
                case 413 -> TOO_LARGE;
                case 503 -> UNAVAILABLE;
                default -> status < 500 ? INVALID : FAILED;
            };
        }
    }

    public ApiError(Kind kind, String message) {
        this(kind, message, "");
    }

    public ApiError(Kind kind, String message, String field) {
        this(kind, message, field, Duration.ofSeconds(1));
    }

    /// What a client is told about a failure of the engine.
    public static ApiError of(OuvertureException failure) {
        Kind kind = switch (failure) {
            case RequestException _, TemplateException _ -> Kind.INVALID;
            case PromptTooLongException _ -> Kind.PROMPT_TOO_LONG;
            case OverloadedException _ -> Kind.TOO_MANY;
            case ResourceException _ -> Kind.UNAVAILABLE;
            case ModelFileException _, UnsupportedModelException _, TrainingException _ -> Kind.FAILED;
        };
        String message = failure.getMessage();
        return new ApiError(kind, message == null ? "" : message);
    }
}
