package ouverture.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A model that travels as a resource in a module of its own, so that there is one without a download. Found by
/// [java.util.ServiceLoader].
@FunctionalInterface
public interface BuiltInModel {
    /// Its GGUF file from the first byte on; empty where the module was built without it.
    ///
    /// @throws IOException if it is there and cannot be read
    Optional<InputStream> read() throws IOException;
}
