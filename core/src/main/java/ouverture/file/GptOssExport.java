package ouverture.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import ouverture.error.ModelFileException;
import ouverture.error.ResourceException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Writes a model of gpt-oss's architecture as a folder of Hugging Face's form: what [SafetensorsFolder] and the
/// transformers library read. All weights get one format.
///
/// Experts lie as they are published in 16 bits, see [GptOssExperts]: transposed, gate and up in every second
/// column.
public final class GptOssExport {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final int WRITTEN_AT_ONCE = 1 << 16;

    private final ModelFile model;
    private final HuggingFaceFamily family;
    private final DType type;
    private final SafetensorsOutput output = new SafetensorsOutput();
    private final byte[] config;
    private final ByteBuffer buffer;

    private GptOssExport(ModelFile model, HuggingFaceFamily family, DType type) {
        this.model = model;
        this.family = family;
        this.type = type;
        buffer = ByteBuffer.allocateDirect(Math.toIntExact(type.bytes(WRITTEN_AT_ONCE)));
        Tensor embedding = tensor("token_embd.weight");
        boolean tied = !model.tensors().containsKey("output.weight");
        String json =
                GptOssConfig.of(model.metadata(), embedding.rows(), tied, type).toPrettyString();
        config = (json + "\n").getBytes(StandardCharsets.UTF_8);
        model.tensors().keySet().forEach(this::add);
    }

    /// Plans a folder; nothing is written yet.
    ///
    /// @param type F32, which loses nothing, or BF16
    /// @throws UnsupportedModelException if the model is of another architecture, or has what the folder cannot
    ///     say
    /// @throws ModelFileException if its header or tensors are incomplete
    public static GptOssExport of(ModelFile model, DType type) {
        String architecture = model.metadata().architecture();
        HuggingFaceFamily family = HuggingFaceFamilies.ofArchitecture(architecture)
                .filter(found -> found.architecture().equals("gpt-oss"))
                .orElseThrow(
                        () -> new UnsupportedModelException(model.metadata().file() + " is of the architecture "
                                + Sentences.quoted(architecture)
                                + ", and only gpt-oss can be written as a Hugging Face folder."));
        return new GptOssExport(model, family, type);
    }

    /// How many tensors the folder will have.
    public int tensors() {
        return output.tensors();
    }

    private void add(String name) {
        Tensor tensor = tensor(name);
        if (name.contains(".ffn_up_exps.")) {
            tensor(name.replace("_up_", "_gate_")); // which is where both are written
            return;
        }
        boolean gate = name.contains(".ffn_gate_exps.");
        String published = family.published(gate ? name.replace("_gate_", "_gate_up_") : name)
                .filter(_ -> !name.contains("_gate_up_"))
                .orElseThrow(
                        () -> new UnsupportedModelException(model.metadata().file() + " has the tensor "
                                + Sentences.quoted(name) + ", which has no name in a Hugging Face folder."));
        List<Tensor> parts = gate ? List.of(tensor, tensor(name.replace("_gate_", "_up_"))) : List.of(tensor);
        Tensor last = parts.getLast();
        if (last.planes() != tensor.planes() || last.rows() != tensor.rows() || last.columns() != tensor.columns()) {
            throw new ModelFileException(model.metadata().file() + ": " + Sentences.quoted(name)
                    + " and its other half differ in their sizes: the file is damaged.");
        }
        long outputs = (long) parts.size() * tensor.rows();
        if (name.endsWith("_exps.weight")) {
            output.add(published, type, file -> turned(parts, file), tensor.planes(), tensor.columns(), outputs);
        } else if (tensor.planes() == 1 && tensor.rows() == 1) {
            output.add(published, type, file -> rows(parts, file), tensor.columns());
        } else {
            output.add(
                    published, type, file -> rows(parts, file), tensor.rows(), (long) parts.size() * tensor.columns());
        }
    }

    private Tensor tensor(String name) {
        Tensor tensor = model.tensors().get(name);
        if (tensor == null) {
            throw new ModelFileException(
                    model.metadata().file() + " has no tensor " + Sentences.quoted(name) + ": the file is incomplete.");
        }
        return tensor;
    }

    /// Row by row, the elements of the parts in turn.
    private void rows(List<Tensor> parts, AtomicFile file) {
        int columns = parts.getFirst().columns();
        float[] row = new float[columns];
        float[] joined = new float[Math.multiplyExact(columns, parts.size())];
        for (int r = 0; r < parts.getFirst().rows(); r++) {
            for (int part = 0; part < parts.size(); part++) {
                decode(parts.get(part), r, row);
                for (int column = 0; column < columns; column++) {
                    joined[column * parts.size() + part] = row[column];
                }
            }
            write(joined, file);
        }
    }

    /// Expert by expert, columns as rows: each has the elements of the parts in turn.
    private void turned(List<Tensor> parts, AtomicFile file) {
        int columns = parts.getFirst().columns();
        int outputs = parts.getFirst().rows() * parts.size();
        float[] row = new float[columns];
        float[] expert = new float[Math.multiplyExact(columns, outputs)];
        for (int plane = 0; plane < parts.getFirst().planes(); plane++) {
            for (int at = 0; at < outputs; at++) {
                decode(parts.get(at % parts.size()).plane(plane), at / parts.size(), row);
                for (int column = 0; column < columns; column++) {
                    expert[column * outputs + at] = row[column];
                }
            }
            write(expert, file);
        }
    }

    private static void decode(Tensor tensor, int row, float[] numbers) {
        BlockCodec.of(tensor.type()).decode(tensor.data(), row * tensor.rowBytes(), numbers, 0, numbers.length);
    }

    private void write(float[] numbers, AtomicFile file) {
        for (int from = 0; from < numbers.length; from += WRITTEN_AT_ONCE) {
            int count = Math.min(WRITTEN_AT_ONCE, numbers.length - from);
            BlockCodec.of(type).encode(numbers, from, MemorySegment.ofBuffer(buffer.clear()), 0, count);
            file.write(buffer.limit(Math.toIntExact(type.bytes(count))));
        }
    }

    /// Writes the folder, which is made if it is not there. Every file grows under another name; when all are
    /// whole they appear or replace old ones, weights first and `config.json` last.
    ///
    /// @param others what the folder holds besides, by name
    /// @param stopped asked before each tensor: whether to end early
    /// @return whether all was written; if not, the folder is as it was
    /// @throws ResourceException if it does not fit on the disk, with figures, or cannot be written
    public boolean write(Path folder, Map<String, byte[]> others, BooleanSupplier stopped) {
        boolean made = !Files.exists(folder);
        boolean complete = false;
        try {
            Files.createDirectories(folder);
            complete = writeFiles(folder, others, stopped);
            return complete;
        } catch (IOException e) {
            throw new ResourceException("The folder " + folder + " cannot be made: name another one.", e);
        } finally {
            if (made && !complete) {
                removeEmpty(folder);
            }
        }
    }

    private boolean writeFiles(Path folder, Map<String, byte[]> others, BooleanSupplier stopped) {
        Map<String, byte[]> small = new LinkedHashMap<>(others);
        small.put(CONFIG, config);
        List<AtomicFile> files = new ArrayList<>();
        try {
            files.add(AtomicFile.create(folder.resolve(WEIGHTS)));
            for (String name : small.keySet()) {
                files.add(AtomicFile.create(folder.resolve(name)));
            }
            if (!output.write(files.getFirst(), stopped)) {
                return false;
            }
            List<byte[]> contents = List.copyOf(small.values());
            for (int i = 0; i < contents.size(); i++) {
                files.get(i + 1).write(ByteBuffer.wrap(contents.get(i)));
            }
            files.forEach(AtomicFile::commit);
            return true;
        } finally {
            files.forEach(AtomicFile::close);
        }
    }

    private static void removeEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new ResourceException("The folder " + folder + " cannot be removed again: remove it.", e);
        }
    }
}
