package ouverture.file.quantize;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ouverture.error.ModelFileException;
import ouverture.error.RequestException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.GgufValue;
import ouverture.file.GgufWriter;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// What will be written: the header and the format of each tensor. Nothing is computed or written yet.
///
/// @param type of the whole
/// @param values by key, in the order of the new header
/// @param steps one for each tensor, in the order of the model
public record QuantizationPlan(FileType type, Map<String, GgufValue> values, List<Step> steps) {
    /// Of GGML's quantised formats; it has been 2 since May 2023.
    private static final long QUANTIZATION_VERSION = 2;

    private static final String TYPE_KEY = "general.file_type";
    private static final String VERSION_KEY = "general.quantization_version";

    /// What describes the old file and not the model.
    private static final Set<String> LEFT_OUT =
            Set.of("split.no", "split.count", "split.tensors.count", "general.alignment");

    /// What happens to a tensor.
    ///
    /// @param tensor as it is
    /// @param wanted the format that the rules name for it
    /// @param to the format that it gets: another one than wanted where its rows are no whole blocks of that
    public record Step(Tensor tensor, DType wanted, DType to) {
        /// Whether its bytes stay as they are.
        public boolean copies() {
            return tensor.type() == to;
        }

        /// Whether numbers that were rounded to blocks once are rounded again.
        public boolean requantizes() {
            return !copies() && tensor.type().blockElements() > 1 && to != DType.F32;
        }

        /// Bytes that it will have.
        public long bytes() {
            return to.bytes(tensor.size());
        }
    }

    /// Plans for a model.
    ///
    /// @param added keys, with values as [Metadata] has them, that go behind those of the model or replace them
    /// @param requantize whether tensors that were quantised before may be quantised again
    /// @throws RequestException if that is needed and not allowed, or the type does not suit the model
    /// @throws ModelFileException if the model has no tensors
    /// @throws UnsupportedModelException if a tensor must be changed whose format cannot be read, or the file is
    ///     no language model
    public static QuantizationPlan of(ModelFile model, Map<String, Object> added, FileType type, boolean requantize) {
        Metadata metadata = model.metadata();
        Collection<Tensor> tensors = model.tensors().values();
        if (metadata.architecture().equals("clip")) {
            throw new UnsupportedModelException(
                    metadata.file() + " is a picture encoder: use it as it is; language models can be quantised.");
        }
        if (tensors.isEmpty()) {
            throw new ModelFileException(metadata.file() + " has no weights, so there is nothing to quantise.");
        }
        if (type == FileType.MXFP4 && tensors.stream().noneMatch(TypeRules::isExperts)) {
            throw new RequestException("MXFP4 is for the experts of a mixture and " + metadata.file()
                    + " has none: take Q4_K_M, which is about as small.");
        }
        List<Step> steps = steps(type, metadata, tensors);
        for (Step step : steps) {
            if (step.requantizes() && !requantize) {
                throw new RequestException(metadata.file() + " is quantised already (" + step.tensor.name() + " is "
                        + step.tensor.type() + "): start from F16, BF16 or F32 weights, which loses less, or add"
                        + " --requantize.");
            }
        }
        return new QuantizationPlan(type, values(model, added, type), steps);
    }

    /// Only the format of each tensor, which does not depend on what is in it.
    ///
    /// @param tensors all of the model; their data is not read
    /// @throws UnsupportedModelException if one must be changed whose format cannot be read
    public static List<Step> steps(FileType type, Metadata metadata, Collection<Tensor> tensors) {
        TypeRules rules = new TypeRules(type, metadata, tensors);
        return tensors.stream().map(tensor -> step(rules, tensor)).toList();
    }

    private static Step step(TypeRules rules, Tensor tensor) {
        if (!TypeRules.isMatrix(tensor)) {
            boolean half = tensor.type() == DType.F16 || tensor.type() == DType.BF16;
            DType to = half ? DType.F32 : tensor.type();
            return new Step(tensor, to, to);
        }
        DType wanted = rules.wanted(tensor);
        Step step = new Step(tensor, wanted, TypeRules.fitting(wanted, tensor.columns()));
        if (!step.copies()) {
            BlockCodec.of(tensor.type()); // refuses what cannot be read
        }
        return step;
    }

    private static Map<String, GgufValue> values(ModelFile model, Map<String, Object> added, FileType type) {
        Map<String, GgufValue> values = header(model, added);
        values.put(TYPE_KEY, GgufValue.of((long) type.number()));
        values.put(VERSION_KEY, GgufValue.of(QUANTIZATION_VERSION));
        return values;
    }

    /// The model's header, without what describes its old file.
    ///
    /// @param added keys that go behind those of the model or replace them
    static Map<String, GgufValue> header(ModelFile model, Map<String, Object> added) {
        Map<String, GgufValue> values = new LinkedHashMap<>(model.ggufValues());
        values.keySet().removeAll(LEFT_OUT);
        added.forEach((key, value) -> values.put(key, GgufValue.of(value)));
        return values;
    }

    /// The tensors of the new file.
    public List<GgufWriter.Slot> slots() {
        return steps.stream()
                .map(step -> new GgufWriter.Slot(
                        step.tensor.name(), step.to, step.tensor.planes(), step.tensor.rows(), step.tensor.columns()))
                .toList();
    }

    /// Length of the new file.
    public long fileBytes() {
        return GgufWriter.fileBytes(values, slots());
    }

    /// Numbers in all tensors.
    public long elements() {
        return steps.stream().mapToLong(step -> step.tensor.size()).sum();
    }

    /// Bytes of all tensors as they are.
    public long bytesBefore() {
        return steps.stream().mapToLong(step -> step.tensor.bytes()).sum();
    }

    /// Bytes of all tensors as they will be.
    public long bytesAfter() {
        return steps.stream().mapToLong(Step::bytes).sum();
    }
}
