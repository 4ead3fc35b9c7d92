import org.jspecify.annotations.NullMarked;

/// The model that answers where nobody has downloaded one.
@NullMarked
module ouverture.defaultmodel {
    requires ouverture.core;
    requires static org.jspecify;

    provides ouverture.file.BuiltInModel with
            ouverture.defaultmodel.ModelResource;
}
