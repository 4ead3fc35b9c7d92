package ouverture.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.EngineOptions;
import ouverture.error.OuvertureException;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.file.SafetensorsFolder;
import ouverture.generate.Draft;
import ouverture.model.MemoryPlan;
import ouverture.model.Model;
import ouverture.model.family.Families;
import ouverture.tensor.DType;
import ouverture.tensor.HostMemory;
import ouverture.tensor.Tensor;
import ouverture.text.Tokenizer;

/// What `inspect` tells about a model; the names of its parts are those of `--json`. What a file does not say is
/// null.
///
/// @param file as it was asked for
/// @param container `gguf` or `safetensors`
/// @param fileBytes bytes of all parts
/// @param runnable whether this version can run the model
/// @param reason why it cannot, one sentence
/// @param parameters number of weights
/// @param width of the embedding
/// @param formats of the tensors, the largest share first
/// @param memory what running the model takes; null where it cannot run
record Inspection(
        String file,
        String container,
        long fileBytes,
        @Nullable String name,
        String architecture,
        boolean runnable,
        @Nullable String reason,
        long parameters,
        long weightBytes,
        List<Format> formats,
        @Nullable Long contextLength,
        @Nullable Long layers,
        @Nullable Long width,
        @Nullable Long heads,
        @Nullable Long kvHeads,
        Vocabulary tokenizer,
        boolean chatTemplate,
        @Nullable String license,
        @Nullable Memory memory) {
    private static final int DEFAULT_CONTEXT = 4096;

    /// One number format's share of the tensors.
    record Format(String type, int tensors, long bytes) {}

    /// The tokenizer.
    ///
    /// @param kind `tokenizer.ggml.model` of a GGUF file, `tokenizer.json` of a folder; null where there is none
    /// @param pre name of the rule that splits text before merging
    /// @param size number of tokens
    /// @param reason why this version cannot use it, one sentence
    record Vocabulary(
            @Nullable String kind,
            @Nullable String pre,
            @Nullable Integer size,
            @Nullable String reason) {}

    /// What running the model takes, Java's heap and the kernels' buffers, some tens of megabytes, aside.
    ///
    /// @param context positions in the cache
    /// @param machineBytes memory of this machine
    /// @param availableBytes of this, bytes that are free
    record Memory(int context, long machineBytes, long availableBytes, List<Need> needs) {}

    /// Memory for one number format of the cache.
    ///
    /// @param scratchBytes intermediate results of one step
    /// @param fits whether all of it is available
    /// @param fitsLargerThanMemory whether all but the weights is, which can stay in the file
    /// @param fittingContext largest context, at most the one asked for, with which it fits; 0 if none does
    record Need(
            String kvCache,
            long weightBytes,
            long cacheBytes,
            long scratchBytes,
            long totalBytes,
            boolean fits,
            boolean fitsLargerThanMemory,
            int fittingContext) {
        private static Need of(String kvCache, MemoryPlan plan) {
            return new Need(
                    kvCache,
                    plan.weightBytes(),
                    plan.cacheBytes(),
                    plan.scratchBytes(),
                    plan.totalBytes(),
                    plan.fits(),
                    plan.fitsMapped(),
                    plan.fittingContext(false));
        }
    }

    /// Looks at an open model.
    ///
    /// @param context positions to compute memory for; 0 for what the engine takes unless it is told
    static Inspection of(ModelFile file, int context) {
        Metadata metadata = file.metadata();
        long parameters = 0;
        long bytes = 0;
        for (Tensor tensor : file.tensors().values()) {
            parameters += tensor.size();
            bytes += tensor.bytes();
        }
        Memory memory = null;
        String reason = null;
        if (file.tensors().isEmpty()) {
            reason = "It has a vocabulary and no weights: it serves ouverture tokenize only.";
        } else {
            try {
                Model model = Families.load(file, context > 0 ? context : metadata.contextLength());
                memory = memory(file, model, context);
            } catch (OuvertureException e) {
                reason = e.getMessage();
            }
        }
        return new Inspection(
                file.path().toString(),
                file instanceof SafetensorsFolder ? "safetensors" : "gguf",
                file.fileBytes(),
                string(metadata, "general.name"),
                metadata.architecture(),
                memory != null,
                reason,
                parameters,
                bytes,
                formats(file),
                number(metadata, "context_length"),
                number(metadata, "block_count"),
                number(metadata, "embedding_length"),
                number(metadata, "attention.head_count"),
                number(metadata, "attention.head_count_kv"),
                vocabulary(file),
                string(metadata, "tokenizer.chat_template") != null,
                license(metadata),
                memory);
    }

    /// A name such as `apache-2.0`; `other` is explained by a second key.
    private static @Nullable String license(Metadata metadata) {
        String license = string(metadata, "general.license");
        String name = string(metadata, "general.license.name");
        return license == null || license.equals("other") && name != null ? name : license;
    }

    private static List<Format> formats(ModelFile file) {
        Map<DType, Format> formats = new EnumMap<>(DType.class);
        for (Tensor tensor : file.tensors().values()) {
            formats.merge(
                    tensor.type(),
                    new Format(tensor.type().name(), 1, tensor.bytes()),
                    (a, b) -> new Format(a.type, a.tensors + 1, a.bytes + b.bytes));
        }
        return formats.values().stream()
                .sorted(Comparator.comparingLong(Format::bytes).reversed())
                .toList();
    }

    private static Vocabulary vocabulary(ModelFile file) {
        String kind =
                file.tokenizerJson().isPresent() ? "tokenizer.json" : string(file.metadata(), "tokenizer.ggml.model");
        String pre = string(file.metadata(), "tokenizer.ggml.pre");
        try {
            Optional<Tokenizer> tokenizer = Tokenizer.find(file);
            return new Vocabulary(kind, pre, tokenizer.map(Tokenizer::size).orElse(null), null);
        } catch (OuvertureException e) {
            return new Vocabulary(kind, pre, null, e.getMessage());
        }
    }

    private static Memory memory(ModelFile file, Model model, int context) {
        int positions = context > 0 ? context : Math.min(model.contextLength(), DEFAULT_CONTEXT);
        HostMemory memory = HostMemory.here();
        List<Need> needs = new ArrayList<>();
        for (DType type : List.of(DType.F32, DType.F16, DType.Q8_0)) {
            MemoryPlan plan = MemoryPlan.of(
                    file, model, type, positions, EngineOptions.DEFAULT.batchTokens(), 1 + Draft.MOST, memory);
            needs.add(Need.of(type.name().toLowerCase(Locale.ROOT), plan));
        }
        return new Memory(positions, memory.totalBytes(), memory.availableBytes(), List.copyOf(needs));
    }

    /// Architectures that vary a value from layer to layer have a list, which is not told here.
    private static @Nullable Long number(Metadata metadata, String key) {
        Object value = metadata.values().getOrDefault(key, metadata.values().get(metadata.architecture() + "." + key));
        return value instanceof Long number ? number : null;
    }

    private static @Nullable String string(Metadata metadata, String key) {
        return metadata.values().get(key) instanceof String text ? text : null;
    }
}
