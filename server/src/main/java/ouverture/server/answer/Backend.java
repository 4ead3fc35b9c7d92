package ouverture.server.answer;

import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Work;
import ouverture.server.metric.ServerMetrics;
import ouverture.server.model.Models;

/// What all APIs stand on.
public record Backend(Models models, ServerMetrics metrics) {
    /// The model that a client asks for, which stays loaded until the work has ended.
    ///
    /// @throws ApiException if there is none of this name
    /// @throws ouverture.error.OuvertureException if it cannot be loaded
    public Models.Lease model(String name, Work work) {
        Models.Lease lease = models.lease(name, work.party()).orElseThrow(() -> unknown(name));
        work.atEnd(lease::close);
        return lease;
    }

    /// What is known of a model.
    ///
    /// @throws ApiException if there is none of this name
    public Models.Status status(String name) {
        return models.find(name).orElseThrow(() -> unknown(name));
    }

    private ApiException unknown(String name) {
        return new ApiException(new ApiError(
                ApiError.Kind.NO_MODEL,
                "There is no model '" + name + "'; this server has " + String.join(", ", models.names()) + ".",
                "model"));
    }
}
