package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.HuggingFaceFamily.Place;
import ouverture.tensor.Tensor;

/// Adapters of the PEFT library: a folder with settings and matrices, in Hugging Face's names. They are
/// translated as the weights of a [SafetensorsFolder] are: the outputs of matrices whose rows GGUF orders
/// otherwise are reordered too, and the experts of a mixture become planes. Source: PEFT,
/// `src/peft/utils/save_and_load.py`.
final class PeftFolder {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final Pattern KEY =
            Pattern.compile("(?:base_model\\.model\\.)?(.+)\\.lora_(embedding_)?([AB])(?:\\.default)?(?:\\.weight)?");

    private final String name;
    private final PeftConfig config;
    private final HuggingFaceFamily family;
    private final ModelFile base;
    private final Arena arena;
    private final List<LowRankUpdate> updates = new ArrayList<>();
    private final Map<String, TreeMap<Integer, LowRankUpdate>> planes = new LinkedHashMap<>();

    /// The two matrices of a module, rank x inputs and outputs x rank.
    private record Pair(@Nullable Tensor down, @Nullable Tensor up, boolean isEmbedding) {
        static final Pair EMPTY = new Pair(null, null, false);
    }

    private PeftFolder(String name, PeftConfig config, HuggingFaceFamily family, ModelFile base, Arena arena) {
        this.name = name;
        this.config = config;
        this.family = family;
        this.base = base;
        this.arena = arena;
    }

    /// Reads a folder; throws as [AdapterFile#read].
    static AdapterFile read(Path folder, ModelFile base) {
        String name = ModelFiles.fileName(folder.toAbsolutePath().normalize());
        if (!Files.exists(folder.resolve(CONFIG))) {
            throw new ModelFileException(
                    "The folder " + folder + " holds no adapter: there is no " + CONFIG + " in it.");
        }
        PeftConfig config = PeftConfig.read(folder.resolve(CONFIG));
        if (!Files.exists(folder.resolve(WEIGHTS)) && Files.exists(folder.resolve("adapter_model.bin"))) {
            throw new UnsupportedModelException("The adapter " + name
                    + " has its matrices in adapter_model.bin, which may run code: save it again as safetensors.");
        }
        HuggingFaceFamily family = HuggingFaceFamilies.ofArchitecture(
                        base.metadata().architecture())
                .orElseThrow(() -> new UnsupportedModelException(name + " cannot be applied to the architecture "
                        + Sentences.quoted(base.metadata().architecture())
                        + ": its names are not known; convert the adapter to GGUF."));
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsHeader header = SafetensorsHeader.read(folder.resolve(WEIGHTS), arena);
            PeftFolder reader = new PeftFolder(name, config, family, base, arena);
            reader.pairs(header).forEach(reader::add);
            reader.stack();
            return new AdapterFile(name, reader.updates);
        }
    }

    private Map<String, Pair> pairs(SafetensorsHeader header) {
        Map<String, Pair> pairs = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries().values()) {
            Matcher key = KEY.matcher(entry.name());
            if (!key.matches()) {
                throw new UnsupportedModelException(name + " has the tensor " + Sentences.quoted(entry.name())
                        + ", which is no half of a low-rank change: this version would leave it out.");
            }
            Tensor tensor = header.tensor(entry);
            Json.expect(tensor.planes() == 1, name, Sentences.quoted(entry.name()) + " is no matrix");
            Pair old = pairs.getOrDefault(key.group(1), Pair.EMPTY);
            boolean down = key.group(3).equals("A");
            pairs.put(key.group(1), new Pair(down ? tensor : old.down, down ? old.up : tensor, key.group(2) != null));
        }
        return pairs;
    }

    private void add(String module, Pair pair) {
        if (pair.down == null || pair.up == null) {
            throw new ModelFileException(name + " has only one of the two matrices that change "
                    + Sentences.quoted(module) + ": it is incomplete.");
        }
        Tensor down = TensorChange.aligned(pair.down, arena);
        Tensor up = TensorChange.aligned(pair.up, arena);
        if (GptOssAdapter.isOfExperts(family, module)) {
            GptOssAdapter.updates(name, module, base, new GptOssAdapter.Pair(down, up), config)
                    .forEach(updates::add);
            return;
        }
        Place place = family.place(module + ".weight")
                .filter(found -> !found.name().isEmpty())
                .orElseThrow(() -> new ModelFileException(name + " changes the module " + Sentences.quoted(module)
                        + ", which " + base.metadata().file() + " does not have: it was made for another model."));
        if (pair.isEmbedding) {
            down = TensorChange.transposed(down, arena);
        } else if (!place.change().keepsOutputs()) {
            up = place.change().apply(up, base.metadata(), arena);
        }
        if (pair.isEmbedding != LowRankUpdate.isEmbedding(place.name())) {
            throw new UnsupportedModelException(name + " changes " + place.name()
                    + " in a way that this version cannot apply: merge it with the tool that made it.");
        }
        LowRankUpdate update = new LowRankUpdate(
                place.name(),
                LowRankUpdate.copy(name, down),
                LowRankUpdate.copy(name, up),
                config.scale(module, up.columns()));
        if (place.plane() < 0) {
            updates.add(update);
        } else {
            planes.computeIfAbsent(place.name(), _ -> new TreeMap<>()).put(place.plane(), update);
        }
    }

    /// Puts the experts of each mixture behind each other; those that are not changed get zeros.
    private void stack() {
        planes.forEach((weight, experts) -> {
            LowRankUpdate first = experts.firstEntry().getValue();
            Tensor target = base.tensors().get(weight);
            int count = target == null ? experts.lastKey() + 1 : target.planes();
            Json.expect(experts.lastKey() < count, name, "it changes expert " + experts.lastKey() + " of " + weight);
            Tensor down = LowRankUpdate.zeros(
                    weight, count, first.down().rows(), first.down().columns());
            Tensor up = LowRankUpdate.zeros(
                    weight, count, first.up().rows(), first.up().columns());
            experts.forEach((plane, update) -> {
                if (update.down().bytes() != first.down().bytes()
                        || update.up().bytes() != first.up().bytes()
                        || update.scale() != first.scale()) {
                    throw new UnsupportedModelException(name + " changes the experts of " + weight
                            + " by matrices of different ranks or scales, which this version cannot apply.");
                }
                copy(update.down(), down, plane);
                copy(update.up(), up, plane);
            });
            updates.add(new LowRankUpdate(weight, down, up, first.scale()));
        });
    }

    private static void copy(Tensor from, Tensor to, int plane) {
        MemorySegment.copy(from.data(), 0, to.data(), plane * from.bytes(), from.bytes());
    }
}
