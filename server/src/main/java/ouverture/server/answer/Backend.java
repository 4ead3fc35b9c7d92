package ouverture.server.answer;

import java.util.stream.Collectors;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.metric.ServerMetrics;
import ouverture.server.model.Models;
import ouverture.server.model.ServedModel;

/// What all APIs stand on.
public record Backend(Models models, ServerMetrics metrics) {
    /// The model that a client asks for.
    ///
    /// @throws ApiException if there is none of this name
    public ServedModel model(String name) {
        return models.find(name)
                .orElseThrow(() -> new ApiException(new ApiError(
                        ApiError.Kind.NO_MODEL,
                        "There is no model '" + name + "'; this server has "
                                + models.all().stream().map(ServedModel::name).collect(Collectors.joining(", ")) + ".",
                        "model")));
    }
}
