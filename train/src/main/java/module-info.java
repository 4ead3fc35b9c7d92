import org.jspecify.annotations.NullMarked;

/// Training: gradients of the engine's own forward pass.
@NullMarked
module ouverture.train {
    requires ouverture.core;
    requires tools.jackson.databind;
    requires static org.jspecify;

    exports ouverture.train;
    exports ouverture.train.gradient;
    exports ouverture.train.lesson;
    exports ouverture.train.recipe;
    exports ouverture.train.tokenizer;
    exports ouverture.train.tune;

    opens ouverture.train.recipe to
            tools.jackson.databind;
    opens ouverture.train.tune to
            tools.jackson.databind;
    opens ouverture.train to
            tools.jackson.databind;
}
