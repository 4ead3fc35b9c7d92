package ouverture;

import ouverture.error.RequestException;
import ouverture.model.AdapterWeights;

/// An adapter (LoRA, arXiv 2106.09685) that an engine has read: it changes what the engine's model says, in the
/// requests that ask for it. Immutable; its memory is given back when nobody refers to it any more.
public final class Adapter {
    private final Engine engine;
    private final AdapterWeights weights;
    private final double scale;

    Adapter(Engine engine, AdapterWeights weights, double scale) {
        this.engine = engine;
        this.weights = weights;
        this.scale = scale;
    }

    /// The name of its file or folder.
    public String name() {
        return weights.name();
    }

    /// What its changes count: 1 as they were trained, 0 for none.
    public double scale() {
        return scale;
    }

    /// The same adapter with another scale, in the same memory.
    ///
    /// @param scale finite; below 0 for the opposite
    /// @throws RequestException if it is no number
    public Adapter scaled(double scale) {
        if (!Float.isFinite((float) scale)) {
            throw new RequestException("The scale of the adapter " + name() + " is " + scale + "; give a number.");
        }
        return new Adapter(engine, weights, scale);
    }

    boolean isOf(Engine other) {
        return engine == other;
    }

    AdapterWeights weights() {
        return weights;
    }
}
