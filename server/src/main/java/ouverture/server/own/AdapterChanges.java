package ouverture.server.own;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.server.answer.Backend;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;
import ouverture.server.key.Scope;
import tools.jackson.databind.node.JsonNodeFactory;

/// `/v1/adapters/load` and `/v1/adapters/unload`.
final class AdapterChanges {
    private static final Field<String> NAME =
            Field.required("name", JsonTypes.name(), "what clients call the changed model, in place of a model's name");
    private static final Field<String> PATH = Field.required(
            "path", JsonTypes.text(), "of the adapter on the server's disks: a GGUF file, or a folder of PEFT");
    private static final Field<Optional<String>> MODEL = Field.optional(
            "model", JsonTypes.name(), "the model that the adapter is for; without it, the first of `/v1/models`");

    private static final ObjectType<Values> LOAD =
            new ObjectType<>("a load request", List.of(NAME, PATH, MODEL), values -> values);
    private static final ObjectType<Values> UNLOAD =
            new ObjectType<>("an unload request", List.of(NAME), values -> values);

    private final Backend backend;

    AdapterChanges(Backend backend) {
        this.backend = backend;
    }

    List<Endpoint<?>> endpoints(Ouverture api) {
        return List.of(
                Endpoint.post(
                        "/v1/adapters/load",
                        api,
                        Scope.ADMIN,
                        "Reads an adapter, in place of one of the same name; the model is not loaded again.",
                        LOAD,
                        this::load),
                Endpoint.post(
                        "/v1/adapters/unload",
                        api,
                        Scope.ADMIN,
                        "Forgets an adapter; answers that run go on with it.",
                        UNLOAD,
                        this::unload));
    }

    private void load(Values request, Call call) {
        String name = request.get(NAME);
        String model =
                request.get(MODEL).orElseGet(() -> backend.models().names().getFirst());
        if (backend.status(model).parent().isPresent()) {
            throw new ApiException(new ApiError(
                    ApiError.Kind.INVALID, model + " is an adapter itself; name the model that it is for.", "model"));
        }
        try {
            backend.models().addAdapter(name, model, Path.of(request.get(PATH)));
        } catch (ModelFileException | UnsupportedModelException | InvalidPathException e) {
            throw new ApiException(new ApiError(
                    ApiError.Kind.INVALID,
                    e instanceof InvalidPathException ? "This is no path of the server's disks." : message(e),
                    "path"));
        }
        call.json(JsonNodeFactory.instance.objectNode().put("name", name).put("model", model));
    }

    private static String message(RuntimeException failure) {
        String message = failure.getMessage();
        return message == null ? "" : message;
    }

    private void unload(Values request, Call call) {
        String name = request.get(NAME);
        if (!backend.models().removeAdapter(name)) {
            throw new ApiException(
                    new ApiError(ApiError.Kind.NO_MODEL, "There is no adapter '" + name + "' to unload.", "name"));
        }
        call.json(JsonNodeFactory.instance.objectNode().put("name", name));
    }
}
