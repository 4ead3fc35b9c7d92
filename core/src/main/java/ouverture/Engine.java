package ouverture;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ouverture.constrain.Constraint;
import ouverture.constrain.Matcher;
import ouverture.error.PromptTooLongException;
import ouverture.error.PromptTooLongException.Figures;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.file.AdapterFile;
import ouverture.file.MappedPages;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.generate.Draft;
import ouverture.generate.SamplingParameters;
import ouverture.generate.Scheduler;
import ouverture.generate.Sequence;
import ouverture.model.AdapterWeights;
import ouverture.model.Adapters;
import ouverture.model.ExpertResidency;
import ouverture.model.Family;
import ouverture.model.MemoryPlan;
import ouverture.model.Model;
import ouverture.model.Weights;
import ouverture.model.family.Families;
import ouverture.tensor.DType;
import ouverture.tensor.HostMemory;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsProvider;
import ouverture.tensor.Tensor;
import ouverture.text.Tokenizer;
import ouverture.text.output.DeclaredTools;
import ouverture.text.output.OutputFormat;
import ouverture.text.output.OutputParser;

/// One loaded model with its kernels, memory and scheduler. Thread-safe: many answers may run at once.
public final class Engine implements ChatModel, AutoCloseable {
    private static final int DEFAULT_CONTEXT = 4096;

    private final ModelFile file;
    private final @Nullable ModelFile smallFile;
    private final Arena arena;
    private final Kernels kernels;
    private final Scheduler scheduler;
    private final ModelInfo info;
    private final int sequences;
    private final @Nullable Tokenizer tokenizer;
    private final @Nullable ChatPrompt chatPrompt;
    private final Model model;
    private volatile Adapters adapters = Adapters.NONE;
    private final @Nullable AnswerGrammars grammars;

    /// Loads the model that comes with Ouverture ([DefaultModel]) with default options; throws as [#open(Path)].
    public static Engine openDefault() {
        return openDefault(EngineOptions.DEFAULT);
    }

    /// Loads the model that comes with Ouverture; throws as [#open(Path, EngineOptions)].
    public static Engine openDefault(EngineOptions options) {
        return open(DefaultModel.PATH, options);
    }

    /// Loads a model with default options.
    ///
    /// @param model a GGUF file, a folder with safetensors, or [DefaultModel#PATH]
    /// @throws ouverture.error.ModelFileException if the file is missing or damaged
    /// @throws ouverture.error.UnsupportedModelException if this version cannot run it
    /// @throws ResourceException if the machine has too little memory
    public static Engine open(Path model) {
        return open(model, EngineOptions.DEFAULT);
    }

    /// Loads a model; throws as [#open(Path)], and [RequestException] if an option does not suit the model.
    public static Engine open(Path model, EngineOptions options) {
        return open(model, options, HostMemory::here);
    }

    /// Loads a model beside others; throws as the others.
    ///
    /// @param mappedBytes that other engines of this machine hold ([#mappedBytes]): the system counts them as
    ///     available
    public static Engine open(Path model, EngineOptions options, long mappedBytes) {
        return open(model, options, () -> HostMemory.here().without(mappedBytes));
    }

    /// @param memory asked when the file is open and has what copies it needs
    @SuppressWarnings("MustBeClosedChecker") // the engine owns the arena
    static Engine open(Path model, EngineOptions options, Supplier<HostMemory> memory) {
        KernelsProvider provider = KernelSets.choose(options.kernels());
        ModelFile file = ModelFile.open(model);
        ModelFile small = null;
        Arena arena = Arena.ofShared();
        Engine engine;
        try {
            if (options.speculation() instanceof Speculation.DraftModel(Path path)) {
                small = ModelFile.open(path);
            }
            engine = new Engine(file, small, arena, provider, options, memory);
        } catch (RuntimeException | Error e) {
            arena.close();
            close(small);
            file.close();
            throw e;
        }
        engine.adapt(options);
        return engine;
    }

    private static void close(@Nullable ModelFile file) {
        if (file != null) {
            file.close();
        }
    }

    private Engine(
            ModelFile file,
            @Nullable ModelFile smallFile,
            Arena arena,
            KernelsProvider provider,
            EngineOptions options,
            Supplier<HostMemory> memory) {
        this.file = file;
        this.smallFile = smallFile;
        this.arena = arena;
        Metadata metadata = file.metadata();
        Family family = Families.of(metadata);
        int positions = positions(metadata, options);
        model = family.loader().load(metadata, new Weights(file), positions);
        tokenizer = Tokenizer.find(file).orElse(null);
        chatPrompt =
                tokenizer == null ? null : ChatPrompt.of(metadata, tokenizer).orElse(null);
        grammars = tokenizer == null ? null : new AnswerGrammars(tokenizer);
        if (smallFile != null) {
            SmallModel.requireSameVocabulary(smallFile, Tokenizer.find(smallFile), file, tokenizer);
        }
        DType cacheType = switch (options.cache()) {
            case F32 -> DType.F32;
            case F16 -> DType.F16;
            case Q8_0 -> DType.Q8_0;
        };
        int context = Math.ceilDiv(positions, EngineMemory.BLOCK_SIZE) * EngineMemory.BLOCK_SIZE;
        int outputs = options.sequences() + (options.speculation() instanceof Speculation.Off ? 0 : Draft.MOST);
        MemoryPlan plan = MemoryPlan.of(file, model, cacheType, context, options.batchTokens(), outputs, memory.get());
        plan.require(options.largerThanMemory());
        EngineMemory steps = EngineMemory.allocate(arena, model, cacheType, plan);
        SmallModel small = smallFile == null ? null : new SmallModel(smallFile, arena, cacheType, plan, options);
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        info = info(model, positions, plan.cacheBytes(), provider.name(), threads);
        sequences = options.sequences();
        kernels = provider.create(EngineKernels.options(options, plan.fits(), threads, files()));
        scheduler = start(model, steps, residency(plan), small, options);
    }

    private List<ModelFile> files() {
        return smallFile == null ? List.of(file) : List.of(file, smallFile);
    }

    private Scheduler start(
            Model model,
            EngineMemory steps,
            @Nullable ExpertResidency residency,
            @Nullable SmallModel small,
            EngineOptions options) {
        Scheduler.Limits limits = new Scheduler.Limits(options.sequences(), options.queue(), options.batchTokens());
        Draft draft = small != null
                ? small.draft(kernels, limits, info.vocabularySize())
                : options.speculation() instanceof Speculation.Ngram ? Draft.ngrams() : null;
        try {
            return new Scheduler(model, kernels, steps.cache(), steps.scratch(), residency, draft, limits);
        } catch (RuntimeException | Error e) {
            kernels.close();
            throw e;
        }
    }

    private static long weightBytes(ModelFile file) {
        return file.tensors().values().stream().mapToLong(Tensor::bytes).sum();
    }

    /// The context asked for, or the model's own as far as the default goes.
    private static int positions(Metadata metadata, EngineOptions options) {
        int longest = metadata.contextLength();
        if (options.context() > longest) {
            throw new RequestException("The context asked for is " + options.context() + " tokens; " + metadata.file()
                    + " was made for " + longest + " at most.");
        }
        return options.context() > 0
                ? Math.min(options.context(), Integer.MAX_VALUE - EngineMemory.BLOCK_SIZE)
                : Math.min(longest, DEFAULT_CONTEXT);
    }

    /// Experts are only looked after where there are some and not all weights fit.
    private static @Nullable ExpertResidency residency(MemoryPlan plan) {
        return plan.fits() || plan.expertBytes() == 0
                ? null
                : new ExpertResidency(plan.expertBudget(), MappedPages.find());
    }

    private ModelInfo info(Model model, int positions, long cacheBytes, String kernelsName, int threads) {
        Metadata metadata = file.metadata();
        long parameters = 0;
        long bytesPerToken = 0;
        int experts = metadata.integer("expert_count", 0);
        int used = metadata.integer("expert_used_count", experts);
        for (Tensor tensor : file.tensors().values()) {
            parameters += tensor.size();
            boolean lookedUp = tensor.name().equals("position_embd.weight")
                    || tensor.name().equals("per_layer_token_embd.weight")
                    || (tensor.name().equals("token_embd.weight")
                            && file.tensors().containsKey("output.weight"));
            boolean chosen =
                    experts > 0 && tensor.planes() == experts && tensor.name().contains("_exps.");
            long read = chosen ? tensor.bytes() / experts * used : tensor.bytes();
            bytesPerToken += lookedUp ? tensor.rowBytes() : read;
        }
        return new ModelInfo(
                metadata.string("general.name").orElse(metadata.file()),
                metadata.architecture(),
                parameters,
                weightBytes(file),
                bytesPerToken,
                model.contextLength(),
                positions,
                cacheBytes,
                SmallModel.vocabularySize(file),
                metadata.integer("block_count"),
                kernelsName,
                threads,
                tokenizer != null,
                chatPrompt != null,
                chatPrompt != null && chatPrompt.knowsThoughts());
    }

    /// What is loaded, and how.
    public ModelInfo info() {
        return info;
    }

    /// Bytes of weights that stay in their mapped file. The system counts them as available and would read them
    /// again and again if it gave that memory to others.
    public long mappedBytes() {
        return file.tensors().values().stream()
                .filter(tensor -> tensor.data().isMapped())
                .mapToLong(Tensor::bytes)
                .sum();
    }

    /// The model's tokenizer, where its file has one.
    public Optional<Tokenizer> tokenizer() {
        return Optional.ofNullable(tokenizer);
    }

    /// Reads an adapter for this model, which requests may then name.
    ///
    /// @param path a GGUF file, or a folder of the PEFT library
    /// @throws ouverture.error.ModelFileException if it is missing, damaged, or made for another model
    /// @throws ouverture.error.UnsupportedModelException if it is of a kind that this version cannot apply
    /// @throws ResourceException if there is no memory for it
    public Adapter adapter(Path path) {
        return new Adapter(this, AdapterWeights.of(AdapterFile.read(path, file), file.tensors(), model), 1);
    }

    /// Changes the model for all requests from now on that do not name adapters themselves; running answers go
    /// on as they began.
    ///
    /// @param adapters that work together; none for the model as it is
    /// @throws RequestException if one was read by another engine
    public void adapt(List<Adapter> adapters) {
        this.adapters = together(adapters);
    }

    private void adapt(EngineOptions options) {
        try {
            adapt(options.adapters().stream()
                    .map(source -> adapter(source.path()).scaled(source.scale()))
                    .toList());
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Adapters together(List<Adapter> adapters) {
        for (Adapter adapter : adapters) {
            if (!adapter.isOf(this)) {
                throw new RequestException("The adapter " + adapter.name()
                        + " was read by another engine; read it with the one that is to use it.");
            }
        }
        return new Adapters(adapters.stream()
                .map(adapter -> new Adapters.Part(adapter.weights(), (float) adapter.scale()))
                .toList());
    }

    /// Starts the answer to a conversation, rendered by the model's own chat template. Thoughts, text and tool
    /// calls come as events of their own.
    ///
    /// @throws RequestException if the model has no chat template, or a value is out of range
    /// @throws RequestException if the answer cannot be held to the request's constraint or tools
    /// @throws ouverture.error.TemplateException if the template refuses the conversation
    /// @throws PromptTooLongException if the conversation does not fit the context
    /// @throws ouverture.error.OverloadedException if too many requests wait
    @Override
    public Generation chat(ChatRequest request) {
        return chat(request, "", false);
    }

    /// Starts the answer to a conversation; throws as the other, and [PromptTooLongException] also if the context
    /// does not hold all tokens that the answer may have.
    ///
    /// @param cachePartition whose prompts may have been computed already: a prompt's beginning is taken over from
    ///     requests of the same partition only, since how fast it is answered tells what others have asked
    public Generation chat(ChatRequest request, String cachePartition) {
        return chat(request, cachePartition, true);
    }

    private Generation chat(ChatRequest request, String cachePartition, boolean whole) {
        Prompt prompt = chatPrompt().prompt(request, info.cachePositions());
        Matcher matcher = prompt.form() == null || grammars == null ? null : grammars.matcher(prompt.form());
        Adapters own = request.adapters().map(this::together).orElse(adapters);
        Sequence.Terms terms = new Sequence.Terms(own, cachePartition, matcher);
        requireRoom(prompt.ids(), request.maxTokens(), whole);
        return start(prompt, terms, request.sampling(), request.maxTokens(), request.stop());
    }

    private ChatPrompt chatPrompt() {
        if (chatPrompt == null) {
            throw new RequestException(file.metadata().file() + " has no "
                    + (tokenizer == null
                            ? "tokenizer: only token ids can be continued."
                            : "chat template: it continues"
                                    + " text, so ask for a completion (on the command line: run --raw)."));
        }
        return chatPrompt;
    }

    /// Tokens that the prompt of a conversation has, whether it fits or not; throws as [#chat] else.
    public int promptTokens(ChatRequest request) {
        return promptIds(request).length;
    }

    /// Starts the continuation of a text or of token ids; throws as [#chat].
    public Generation complete(CompletionRequest request) {
        return complete(request, "", false);
    }

    /// Starts the continuation of a text or of token ids; throws and shares as [#chat(ChatRequest, String)].
    public Generation complete(CompletionRequest request, String cachePartition) {
        return complete(request, cachePartition, true);
    }

    private Generation complete(CompletionRequest request, String cachePartition, boolean whole) {
        int[] prompt = switch (request.prompt()) {
            case CompletionRequest.Prompt.Text(String text) -> {
                if (tokenizer == null) {
                    throw new RequestException(file.metadata().file()
                            + " has no tokenizer: give token ids, or put its tokenizer.json beside it.");
                }
                yield tokenizer.encode(text, true, false);
            }
            case CompletionRequest.Prompt.Tokens(List<Integer> ids) ->
                ids.stream().mapToInt(Integer::intValue).toArray();
        };
        OutputParser parser = tokenizer == null ? null : OutputFormat.PLAIN.parser(tokenizer, DeclaredTools.NONE, "");
        Adapters own = request.adapters().map(this::together).orElse(adapters);
        Matcher matcher = request.constraint().map(this::matcher).orElse(null);
        Sequence.Terms terms = new Sequence.Terms(own, cachePartition, matcher);
        requireRoom(prompt, request.maxTokens(), whole);
        return start(Prompt.raw(prompt, parser), terms, request.sampling(), request.maxTokens(), request.stop());
    }

    private Matcher matcher(Constraint constraint) {
        if (grammars == null) {
            throw new RequestException(
                    file.metadata().file() + " has no tokenizer, so its answers cannot be held to a constraint.");
        }
        return grammars.matcher(constraint);
    }

    private Generation start(
            Prompt prompted, Sequence.Terms terms, SamplingParameters sampling, int maxTokens, List<String> stop) {
        int[] prompt = prompted.ids();
        check(prompt);
        sampling.logitBias().keySet().forEach(id -> checkId(id, "A logit bias"));
        if (tokenizer == null && !stop.isEmpty()) {
            throw new RequestException(file.metadata().file() + " has no tokenizer, so stop strings cannot be found.");
        }
        int room = info.cachePositions() - prompt.length + 1;
        if (room < 1) {
            throw new PromptTooLongException("The prompt has " + prompt.length + " tokens and the context holds "
                    + info.cachePositions() + ": shorten it, or ask for a larger context (the model was made for "
                    + info.contextLength() + ").");
        }
        StreamedGeneration generation = new StreamedGeneration(prompted, stop, sampling.logProbs() >= 0);
        int most = maxTokens == 0 ? room : Math.min(maxTokens, room);
        Sequence sequence = new Sequence(prompt, terms, sampling, most, this::ends, generation);
        generation.started(sequence);
        scheduler.submit(sequence);
        return generation;
    }

    private void requireRoom(int[] prompt, int maxTokens, boolean whole) {
        int room = info.cachePositions() - prompt.length + 1;
        if (whole && room > 0 && maxTokens > room) {
            throw new PromptTooLongException(new Figures(prompt.length, maxTokens, info.cachePositions()));
        }
    }

    private boolean ends(int id) {
        return tokenizer != null && id < tokenizer.size() && tokenizer.endsGeneration(id);
    }

    private void check(int[] prompt) {
        if (prompt.length == 0) {
            throw new RequestException("The prompt is empty and the model has no start token; give it some text.");
        }
        for (int id : prompt) {
            checkId(id, "The prompt");
        }
    }

    private void checkId(int id, String where) {
        if (id < 0 || id >= info.vocabularySize()) {
            throw new RequestException(
                    where + " has token " + id + "; the model's tokens are 0 to " + (info.vocabularySize() - 1) + ".");
        }
    }

    /// Computes logits of a prompt, for comparison with other engines.
    ///
    /// @param ids token ids, used as they are
    /// @param allPositions whether to return a row for each position, or for the last one only
    /// @return rows of vocabulary size
    public float[][] logits(int[] ids, boolean allPositions) {
        checkFits(ids);
        float[][] rows = new float[allPositions ? ids.length : 1][];
        PromptRun run = new PromptRun();
        run.start(
                scheduler,
                Sequence.forLogits(
                        ids, adapters, allPositions, (position, row) -> rows[allPositions ? position : 0] = row, run));
        run.await();
        return rows;
    }

    /// Computes embeddings of texts: their hidden states, brought together and to length 1. Texts share batches.
    ///
    /// @param prompts token ids of each text, used as they are
    /// @return a vector for each text, as long as the model is wide
    /// @throws PromptTooLongException if a text does not fit the context
    /// @throws ouverture.error.OverloadedException if too many requests wait
    public List<float[]> embed(List<int[]> prompts, Pooling pooling) {
        prompts.forEach(this::checkFits);
        List<float[]> vectors = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += sequences) {
            List<int[]> group = prompts.subList(from, Math.min(from + sequences, prompts.size()));
            vectors.addAll(PooledStates.vectors(scheduler, adapters, group, pooling));
        }
        return vectors;
    }

    /// How the model's file says that its hidden states make an embedding; [Pooling#MEAN] where it does not.
    public Pooling pooling() {
        return Pooling.of(file.metadata().integer("pooling_type", 0));
    }

    /// Ids of the prompt that a conversation becomes; throws as [#promptTokens].
    public int[] promptIds(ChatRequest request) {
        return chatPrompt().prompt(request, info.cachePositions()).ids();
    }

    private void checkFits(int[] ids) {
        check(ids);
        if (ids.length > info.cachePositions()) {
            throw new PromptTooLongException(
                    "There are " + ids.length + " tokens and the context holds " + info.cachePositions() + ".");
        }
    }

    /// Ends running answers with a failure, then gives back threads and memory.
    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            scheduler.close();
            kernels.close();
            arena.close();
            close(smallFile);
            file.close();
        }
    }
}
