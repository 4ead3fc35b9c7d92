package ouverture.defaultmodel;

import java.io.InputStream;
import java.util.Optional;
import ouverture.file.BuiltInModel;

/// The file `model.gguf` of this module.
public final class ModelResource implements BuiltInModel {
    /// For [java.util.ServiceLoader].
    public ModelResource() {}

    @Override
    public Optional<InputStream> read() {
        return Optional.ofNullable(ModelResource.class.getResourceAsStream("model.gguf"));
    }
}
