package ouverture.server.ollama;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import ouverture.ModelInfo;
import ouverture.server.answer.Backend;
import ouverture.server.api.Api;
import ouverture.server.api.ApiError;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.Endpoint.Access;
import ouverture.server.field.Field;
import ouverture.server.field.ObjectType;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The manners of Ollama's API.
public final class Ollama implements Api {
    /// As Ollama says it of models that stay.
    private static final String NEVER = "2318-01-01T00:00:00Z";

    private static final ObjectType<String> SHOW = new ObjectType<>(
            "a show request",
            List.of(CommonFields.MODEL, Field.only("verbose", "all that is known is told", "false")),
            values -> values.get(CommonFields.MODEL));

    private final Backend backend;

    private Ollama(Backend backend) {
        this.backend = backend;
    }

    /// Its endpoints.
    public static List<Endpoint<?>> endpoints(Backend backend) {
        Ollama api = new Ollama(backend);
        Access models = new Access.Keys(Scope.MODELS);
        List<Endpoint<?>> endpoints = new ArrayList<>(new Generating(backend).endpoints(api));
        endpoints.add(new Embed(backend).endpoint(api));
        endpoints.add(Endpoint.get(
                "/api/tags",
                api,
                models,
                "Lists the models that this server has. Details are empty for a model that was never loaded.",
                (_, call) -> api.tags(call)));
        endpoints.add(Endpoint.post("/api/show", api, Scope.MODELS, "Looks at one model.", SHOW, api::show));
        endpoints.add(Endpoint.get(
                "/api/ps", api, models, "Lists the models that are in memory.", (_, call) -> api.loaded(call)));
        endpoints.add(Endpoint.get(
                "/api/version",
                api,
                new Access.Open(),
                "Tells Ouverture's version.",
                (_, call) -> call.json(JsonNodeFactory.instance.objectNode().put("version", version()))));
        return endpoints;
    }

    @Override
    public String title() {
        return "Ollama";
    }

    @Override
    public ObjectNode error(ApiError error, String requestId) {
        return JsonNodeFactory.instance.objectNode().put("error", error.message());
    }

    private void tags(Call call) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode models = body.putArray("models");
        backend.models()
                .all()
                .forEach(model -> models.add(entry(model, model.source().bytes())
                        .put("modified_at", model.source().modified().toString())));
        call.json(body);
    }

    private void loaded(Call call) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode models = body.putArray("models");
        for (Models.Status model : backend.models().all()) {
            if (model.isLoaded()) {
                long bytes = model.info()
                        .map(info -> info.weightBytes() + info.cacheBytes())
                        .orElse(0L);
                models.add(entry(model, bytes)
                        .put(
                                "expires_at",
                                model.expires().map(Instant::toString).orElse(NEVER))
                        .put("size_vram", 0)
                        .put(
                                "context_length",
                                model.info().map(ModelInfo::cachePositions).orElse(0)));
            }
        }
        call.json(body);
    }

    private static ObjectNode entry(Models.Status model, long bytes) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("name", model.source().name())
                .put("model", model.source().name())
                .put("size", bytes)
                .put("digest", "");
        node.set("details", details(model));
        return node;
    }

    private static ObjectNode details(Models.Status model) {
        String family = model.info().map(ModelInfo::architecture).orElse("");
        ObjectNode details = JsonNodeFactory.instance
                .objectNode()
                .put("parent_model", model.parent().orElse(""))
                .put("format", model.source().format())
                .put("family", family);
        ArrayNode families = details.putArray("families");
        if (!family.isEmpty()) {
            families.add(family);
        }
        return details.put(
                        "parameter_size",
                        model.info().map(info -> size(info.parameters())).orElse(""))
                .put("quantization_level", "");
    }

    private static String size(long parameters) {
        return parameters >= 1_000_000_000
                ? String.format(Locale.ROOT, "%.1fB", parameters / 1e9)
                : parameters >= 1_000_000
                        ? String.format(Locale.ROOT, "%.1fM", parameters / 1e6)
                        : String.format(Locale.ROOT, "%.1fK", parameters / 1e3);
    }

    private void show(String name, Call call) {
        Models.Status model = backend.status(name);
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("modified_at", model.source().modified().toString());
        body.set("details", details(model));
        ObjectNode described = body.putObject("model_info");
        ArrayNode capabilities = body.putArray("capabilities").add("completion");
        model.info().ifPresent(info -> {
            described
                    .put("general.architecture", info.architecture())
                    .put("general.name", info.name())
                    .put("general.parameter_count", info.parameters())
                    .put(info.architecture() + ".block_count", info.layers())
                    .put(info.architecture() + ".context_length", info.contextLength())
                    .put(info.architecture() + ".vocab_size", info.vocabularySize());
            if (info.hasChatTemplate()) {
                capabilities.add("tools");
            }
            if (info.hasThoughts()) {
                capabilities.add("thinking");
            }
        });
        call.json(body);
    }

    /// The version as the build wrote it into our jar.
    private static String version() {
        Properties build = new Properties();
        String file = "/META-INF/maven/io.ouverture/ouverture-server/pom.properties";
        try (InputStream in = Ollama.class.getResourceAsStream(file)) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build.getProperty("version", "0.0.0");
    }
}
