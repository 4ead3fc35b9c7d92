package ouverture.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.ModelFile;
import ouverture.tensor.Activation;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// The tensors of a file by name, as the parts of a network. Every part is checked for its shape and format when
/// it is taken, so that no forward pass reads beyond a tensor.
public final class Weights {
    private final String file;
    private final Map<String, Tensor> tensors;
    private final String prefix;
    private final int block;

    /// The weights of an open file; they live as long as it is open.
    public Weights(ModelFile file) {
        this(file.metadata().file(), file.tensors());
    }

    /// Tensors of any origin.
    ///
    /// @param file its name, for messages
    /// @param tensors by GGUF's names
    public Weights(String file, Map<String, Tensor> tensors) {
        this(file, tensors, -1);
    }

    private Weights(String file, Map<String, Tensor> tensors, int block) {
        this.file = file;
        this.tensors = tensors;
        this.block = block;
        prefix = block < 0 ? "" : "blk." + block + ".";
    }

    /// The number of the block whose tensors these are, from 0 on.
    public int block() {
        return block;
    }

    public boolean has(String name) {
        return tensors.containsKey(prefix + name);
    }

    /// A linear layer `name.weight` with `name.bias` where the file has one.
    ///
    /// @throws ModelFileException if the weight is missing or is not `outputs` x `inputs`
    public Linear linear(String name, int outputs, int inputs) {
        Tensor weight = matrix(name + ".weight", outputs, inputs);
        return new Linear(weight, has(name + ".bias") ? vector(name + ".bias", outputs) : null);
    }

    /// A normalisation `name.weight`, with `name.bias` where the file has one.
    ///
    /// @throws ModelFileException if a tensor is missing or has not `columns` elements, or epsilon is out of 0..1
    public Norm norm(String name, int columns, float epsilon) {
        Tensor weight = vector(name + ".weight", columns);
        if (!(epsilon >= 0 && epsilon <= 1)) {
            throw new ModelFileException(
                    file + " normalises with an epsilon of " + epsilon + ": the header is damaged.");
        }
        return new Norm(weight, has(name + ".bias") ? vector(name + ".bias", columns) : null, epsilon);
    }

    /// The gated feed-forward network `ffn_gate`, `ffn_up`, `ffn_down` between `width` and `hidden` columns.
    ///
    /// @param suffix behind each of the names, such as `_shexp`
    public GatedMlp gatedMlp(String suffix, int width, int hidden, Activation activation) {
        return new GatedMlp(
                linear("ffn_gate" + suffix, hidden, width),
                linear("ffn_up" + suffix, hidden, width),
                linear("ffn_down" + suffix, width, hidden),
                activation);
    }

    /// The gated networks of a mixture, `ffn_gate_exps`, `ffn_up_exps`, `ffn_down_exps`: one plane for each
    /// expert, with biases where the file has them. Some files have gate and up in one, `ffn_gate_up_exps`.
    public GatedMlp gatedExperts(int experts, int width, int hidden, Activation activation) {
        Linear down = experts("ffn_down_exps", experts, width, hidden);
        if (has("ffn_gate_up_exps.weight")) {
            Linear both = experts("ffn_gate_up_exps", experts, 2 * hidden, width);
            return new GatedMlp(both, null, down, activation);
        }
        return new GatedMlp(
                experts("ffn_gate_exps", experts, hidden, width),
                experts("ffn_up_exps", experts, hidden, width),
                down,
                activation);
    }

    /// A mixture without shared network: router `ffn_gate_inp` and [#gatedExperts].
    public Mixture mixture(Experts experts, int width, Routing routing, Activation activation) {
        return new Mixture(
                linear("ffn_gate_inp", experts.count(), width),
                routing,
                gatedExperts(experts.count(), width, experts.hidden(), activation),
                null);
    }

    private Linear experts(String name, int experts, int outputs, int inputs) {
        Tensor bias = null;
        if (has(name + ".bias")) {
            bias = matrix(name + ".bias", experts, outputs);
            requireFloats(bias);
        }
        return new Linear(planes(name + ".weight", experts, outputs, inputs), bias);
    }

    /// The output matrix, which is the embedding's where the file has none of its own.
    public Linear unembedding(Linear embedding) {
        Tensor table = embedding.weight();
        return has("output.weight") ? linear("output", table.rows(), table.columns()) : embedding;
    }

    /// The token embedding: one row of `width` columns for each token, as many as the file has.
    public Linear embedding(int width) {
        return linear("token_embd", rows("token_embd.weight"), width);
    }

    /// The rows of a tensor whose size only the file knows.
    ///
    /// @throws ModelFileException if it is missing
    public int rows(String name) {
        return require(name).rows();
    }

    /// A matrix of any supported format.
    public Tensor matrix(String name, int rows, int columns) {
        return planes(name, 1, rows, columns);
    }

    /// Several matrices of one size, of any supported format.
    public Tensor planes(String name, int planes, int rows, int columns) {
        Tensor tensor = require(name);
        if (tensor.planes() != planes || tensor.rows() != rows || tensor.columns() != columns) {
            throw wrongShape(tensor, (planes == 1 ? "" : planes + " x ") + rows + " x " + columns);
        }
        if (!BlockCodec.supports(tensor.type())) {
            throw new UnsupportedModelException(file + ": tensor " + tensor.name() + " is in format " + tensor.type()
                    + ", which this version cannot compute with; use a file in another format.");
        }
        return tensor;
    }

    /// A vector of F32.
    public Tensor vector(String name, int columns) {
        Tensor tensor = require(name);
        if (tensor.size() != columns) {
            throw wrongShape(tensor, String.valueOf(columns));
        }
        requireFloats(tensor);
        return tensor;
    }

    /// A vector of F32 as so many matrices of one element each.
    public Tensor scalars(String name, int count) {
        Tensor vector = vector(name, count);
        return new Tensor(vector.name(), vector.type(), count, 1, 1, vector.data());
    }

    private void requireFloats(Tensor tensor) {
        if (tensor.type() != DType.F32) {
            throw new UnsupportedModelException(file + ": tensor " + tensor.name() + " is in format " + tensor.type()
                    + " where F32 is needed; convert the file again with a current converter.");
        }
    }

    /// The numbers of an F32 vector, or null where the file has no such tensor.
    public float @Nullable [] numbers(String name, int columns) {
        if (!has(name)) {
            return null;
        }
        float[] numbers = new float[columns];
        Tensor tensor = vector(name, columns);
        BlockCodec.of(DType.F32).decode(tensor.data(), 0, numbers, 0, columns);
        return numbers;
    }

    /// Builds one layer from each block `blk.0.`, `blk.1.`, …
    ///
    /// @throws ModelFileException if there is to be none
    public <L> List<L> blocks(int count, Function<Weights, L> load) {
        if (count < 1) {
            throw new ModelFileException(file + " has " + count + " layers: the header is damaged.");
        }
        List<L> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            layers.add(load.apply(new Weights(file, tensors, i)));
        }
        return List.copyOf(layers);
    }

    private Tensor require(String name) {
        Tensor tensor = tensors.get(prefix + name);
        if (tensor == null) {
            throw new ModelFileException(file + " has no tensor " + prefix + name
                    + ": the file is incomplete, or its header names another architecture than its weights have.");
        }
        return tensor;
    }

    private ModelFileException wrongShape(Tensor tensor, String expected) {
        String shape = (tensor.planes() == 1 ? "" : tensor.planes() + " x ") + tensor.rows() + " x " + tensor.columns();
        return new ModelFileException(file + ": tensor " + tensor.name() + " is " + shape + " and should be " + expected
                + " by the file's header: the file is damaged or wrongly converted.");
    }
}
