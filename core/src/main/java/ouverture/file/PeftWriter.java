package ouverture.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import ouverture.error.ResourceException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.HuggingFaceFamily.Origin;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes an adapter as the PEFT library does: what [PeftFolder] reads. The matrices come first and the settings
/// last, each file whole ([AtomicFile]).
final class PeftWriter {
    private static final JsonMapper JSON = new JsonMapper();

    private final ModelFile base;
    private final HuggingFaceFamily family;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final TreeSet<String> targets = new TreeSet<>();
    private final ObjectNode ranks = JSON.createObjectNode();
    private final ObjectNode alphas = JSON.createObjectNode();
    private final int rank;
    private final double alpha;

    private PeftWriter(AdapterFile adapter, ModelFile base, HuggingFaceFamily family) {
        this.base = base;
        this.family = family;
        LowRankUpdate first = adapter.updates().getFirst();
        rank = first.rank();
        alpha = alpha(first);
    }

    private static double alpha(LowRankUpdate update) {
        return (double) update.scale() * update.rank();
    }

    /// Writes a folder, which is made if it is not there.
    ///
    /// @throws UnsupportedModelException if a weight has no name in Hugging Face's files
    /// @throws ResourceException if it cannot be written
    static void write(Path folder, AdapterFile adapter, ModelFile base) {
        String architecture = base.metadata().architecture();
        HuggingFaceFamily family = HuggingFaceFamilies.ofArchitecture(architecture)
                .orElseThrow(() -> new UnsupportedModelException("PEFT's names for the architecture "
                        + Sentences.quoted(architecture) + " are not known: write the adapter as a GGUF file."));
        PeftWriter writer = new PeftWriter(adapter, base, family);
        adapter.updates().forEach(writer::add);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ResourceException("The folder " + folder + " cannot be made: name another one.", e);
        }
        writer.writeTensors(folder.resolve(PeftFolder.WEIGHTS));
        write(folder.resolve(PeftFolder.CONFIG), ByteBuffer.wrap(writer.config()));
    }

    private void add(LowRankUpdate update) {
        Origin origin = family.origin(update.name())
                .filter(found -> !update.isEmbedding())
                .orElseThrow(() -> new UnsupportedModelException("PEFT has no name for a change of " + update.name()
                        + " of this architecture: write the adapter as a GGUF file."));
        for (int plane = 0; plane < update.up().planes(); plane++) {
            String module = origin.name().replace("{}", String.valueOf(plane));
            targets.add(module.substring(module.lastIndexOf('.') + 1));
            if (update.rank() != rank) {
                ranks.put(module, update.rank());
            }
            if (alpha(update) != alpha) {
                alphas.put(module, alpha(update));
            }
            String key = "base_model.model." + module + ".lora_";
            tensors.put(key + "A.weight", update.down().plane(plane));
            tensors.put(key + "B.weight", reordered(update.up().plane(plane), origin));
        }
    }

    /// The rows in the order of Hugging Face's file.
    private Tensor reordered(Tensor up, Origin origin) {
        if (origin.change().keepsOutputs()) {
            return up;
        }
        Tensor copy = LowRankUpdate.zeros(up.name(), 1, up.rows(), up.columns());
        int[] order = order(origin.change(), up.rows(), base.metadata());
        for (int row = 0; row < order.length; row++) {
            MemorySegment.copy(up.data(), row * up.rowBytes(), copy.data(), order[row] * up.rowBytes(), up.rowBytes());
        }
        return copy;
    }

    /// For each row in GGUF, the row that it comes from.
    private static int[] order(TensorChange change, int count, Metadata metadata) {
        try (Arena temporary = Arena.ofConfined()) {
            MemorySegment numbers = temporary.allocate(DType.I32.bytes(count), Integer.BYTES);
            for (int i = 0; i < count; i++) {
                numbers.setAtIndex(ValueLayout.JAVA_INT, i, i);
            }
            Tensor rows = Tensor.matrix("rows", DType.I32, count, 1, numbers);
            return change.apply(rows, metadata, temporary).integers();
        }
    }

    private void writeTensors(Path file) {
        SafetensorsOutput output = new SafetensorsOutput();
        tensors.forEach((name, tensor) -> output.add(
                name,
                DType.F32,
                out -> out.write(tensor.data().asSlice(0, tensor.bytes()).asByteBuffer()),
                tensor.rows(),
                tensor.columns()));
        try (AtomicFile out = AtomicFile.create(file)) {
            output.write(out, () -> false);
            out.commit();
        }
    }

    private byte[] config() {
        ObjectNode config = JSON.createObjectNode();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put(
                "base_model_name_or_path",
                base.metadata().string("general.name").orElse(base.metadata().file()));
        config.put("r", rank);
        config.put("lora_alpha", alpha);
        config.put("lora_dropout", 0.0);
        config.put("bias", "none");
        config.put("use_rslora", false);
        config.put("fan_in_fan_out", family.architecture().equals("gpt2"));
        config.put("inference_mode", true);
        targets.forEach(config.putArray("target_modules")::add);
        config.set("rank_pattern", ranks);
        config.set("alpha_pattern", alphas);
        return (config.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Path file, ByteBuffer bytes) {
        try (AtomicFile out = AtomicFile.create(file)) {
            out.write(bytes);
            out.commit();
        }
    }
}
