package ouverture.benchmarks.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import ouverture.error.ResourceException;

/// The functions of llama.cpp's C interface that are needed (include/llama.h), for Linux on x86-64; its fork
/// ik_llama.cpp has most of them too, and older forms of the others.
///
/// Parameters go by value there and change from release to release. They are declared larger than any release has
/// them: the System V calling convention hands such structures over in memory, where a function reads and writes
/// as much as it knows. Only the first numbers of a context's parameters are set, and checked before and after.
final class LlamaLibrary {
    private static final StructLayout PARAMETERS =
            MemoryLayout.structLayout(MemoryLayout.sequenceLayout(64, JAVA_LONG));

    /// Offsets from the context's length, which the seed precedes in the fork.
    private static final long BATCH_AT = 4;

    private static final long PHYSICAL_BATCH_AT = 8;
    private static final long SEQUENCES_AT = 12;
    private static final long SEED_BYTES = 4;

    private static final int USUAL_CONTEXT = 512;
    private static final int USUAL_BATCH = 2048;
    private static final int USUAL_PHYSICAL_BATCH = 512;

    /// `llama_batch`: the number of tokens, and where they, their embeddings, positions, numbers of sequences,
    /// sequences and wishes for logits are. The fork has three more numbers, which it looks at where an address is
    /// missing.
    static final StructLayout BATCH = MemoryLayout.structLayout(
            JAVA_INT,
            MemoryLayout.paddingLayout(4),
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            MemoryLayout.sequenceLayout(2, JAVA_LONG));

    private static final int DEEPEST_FOLDER = 4;

    private final Arena arena;
    private final SymbolLookup symbols;
    private final MethodHandle decode;
    private final MethodHandle synchronize;

    /// Loads the libraries of a folder. The order matters: ggml chooses its code for this processor before
    /// llama.cpp asks for it; another order ended in crashes.
    ///
    /// @param folder with `libggml*.so` and `libllama*.so` of one release, in it or in folders below
    /// @param arena that they live as long as
    /// @throws ResourceException if one is missing
    LlamaLibrary(Path folder, Arena arena) {
        this.arena = arena;
        SymbolLookup ggml = library(folder, "libggml\\.v.*\\.so|libggml\\.so");
        if (ggml.find("ggml_backend_load_all_from_path").isPresent()) {
            callVoid(
                    handle(ggml, "ggml_backend_load_all_from_path", FunctionDescriptor.ofVoid(ADDRESS)),
                    arena.allocateFrom(folder.toString()));
        }
        symbols = library(folder, "libllama\\.v.*\\.so|libllama\\.so");
        callVoid(handle("llama_backend_init", FunctionDescriptor.ofVoid()));
        decode = handle("llama_decode", FunctionDescriptor.of(JAVA_INT, ADDRESS, BATCH));
        synchronize = handle("llama_synchronize", FunctionDescriptor.ofVoid(ADDRESS));
    }

    @SuppressWarnings("restricted") // a library that the user asked to measure
    private SymbolLookup library(Path folder, String pattern) {
        try (Stream<Path> files = Files.walk(folder, DEEPEST_FOLDER)) {
            Path file = files.filter(path -> path.getFileName().toString().matches(pattern))
                    .findFirst()
                    .orElseThrow(() -> new ResourceException("There is no library " + pattern + " in " + folder + "."));
            return SymbolLookup.libraryLookup(file, arena);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return handle(symbols, name, descriptor);
    }

    @SuppressWarnings("restricted") // signatures are those of the header
    private static MethodHandle handle(SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
        MemorySegment function = symbols.find(name)
                .orElseThrow(() -> new ResourceException("This release of llama.cpp has no function " + name + "."));
        return Linker.nativeLinker().downcallHandle(function, descriptor);
    }

    private static Object call(MethodHandle handle, Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new AssertionError("native code throws nothing", failure);
        }
    }

    private static void callVoid(MethodHandle handle, Object... arguments) {
        if (call(handle, arguments) != null) {
            throw new AssertionError("a function without a result has one");
        }
    }

    private int number(String name, MemorySegment object) {
        return (int) call(handle(name, FunctionDescriptor.of(JAVA_INT, ADDRESS)), object);
    }

    /// Opens a model with default parameters.
    MemorySegment loadModel(Path file) {
        MethodHandle defaults = handle("llama_model_default_params", FunctionDescriptor.of(PARAMETERS));
        MethodHandle load = handle("llama_model_load_from_file", FunctionDescriptor.of(ADDRESS, ADDRESS, PARAMETERS));
        Object parameters = call(defaults, arena);
        return present((MemorySegment) call(load, arena.allocateFrom(file.toString()), parameters), "model");
    }

    /// Makes a context for a model.
    ///
    /// @param setting whose context is split evenly over the sequences
    /// @throws ResourceException if this release has parameters of another form
    MemorySegment context(MemorySegment model, Setting setting) {
        MethodHandle defaults = handle("llama_context_default_params", FunctionDescriptor.of(PARAMETERS));
        MemorySegment parameters = (MemorySegment) call(defaults, arena);
        long at = parameters.get(JAVA_INT, 0) == USUAL_CONTEXT ? 0 : SEED_BYTES;
        check("default context", parameters.get(JAVA_INT, at), USUAL_CONTEXT);
        check("default batch", parameters.get(JAVA_INT, at + BATCH_AT), USUAL_BATCH);
        check("default physical batch", parameters.get(JAVA_INT, at + PHYSICAL_BATCH_AT), USUAL_PHYSICAL_BATCH);
        check("default number of sequences", parameters.get(JAVA_INT, at + SEQUENCES_AT), 1);
        parameters.set(JAVA_INT, at, setting.context());
        parameters.set(JAVA_INT, at + BATCH_AT, Setting.BATCH);
        parameters.set(JAVA_INT, at + PHYSICAL_BATCH_AT, Setting.BATCH);
        parameters.set(JAVA_INT, at + SEQUENCES_AT, setting.sequences());
        MethodHandle create = handle("llama_init_from_model", FunctionDescriptor.of(ADDRESS, ADDRESS, PARAMETERS));
        MemorySegment context = present((MemorySegment) call(create, model, parameters), "context");
        check("batch", number("llama_n_batch", context), Setting.BATCH);
        if (at == 0) { // the fork answers something else
            check("number of sequences", number("llama_n_seq_max", context), setting.sequences());
        }
        callVoid(
                handle("llama_set_n_threads", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT)),
                context,
                setting.threads(),
                setting.threads());
        check("number of threads", number("llama_n_threads", context), setting.threads());
        return context;
    }

    private static MemorySegment present(MemorySegment object, String what) {
        if (object.address() == 0) {
            throw new ResourceException("llama.cpp could not make a " + what + "; its log says why.");
        }
        return object;
    }

    private static void check(String what, int is, int expected) {
        if (is != expected) {
            throw new ResourceException("llama.cpp's " + what + " is " + is + " instead of " + expected
                    + ": this release has other parameters than the one that this was written for.");
        }
    }

    /// Tokens of a model's vocabulary.
    int vocabulary(MemorySegment model) {
        MethodHandle vocabulary = handle("llama_model_get_vocab", FunctionDescriptor.of(ADDRESS, ADDRESS));
        return number("llama_vocab_n_tokens", (MemorySegment) call(vocabulary, model));
    }

    /// Computes a batch, and waits for it.
    ///
    /// @param batch as [#BATCH]
    void decode(MemorySegment context, MemorySegment batch) {
        check("result of a batch", (int) call(decode, context, batch), 0);
        callVoid(synchronize, context);
    }

    /// The logits of a token of the last batch.
    ///
    /// @param count of them
    @SuppressWarnings("restricted") // the header says how many there are
    MemorySegment logits(MemorySegment context, int token, int count) {
        MethodHandle logits = handle("llama_get_logits_ith", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        MemorySegment row = (MemorySegment) call(logits, context, token);
        return present(row, "row of logits").reinterpret((long) count * Float.BYTES);
    }

    /// Forgets all of all sequences.
    void forget(MemorySegment context) {
        if (symbols.find("llama_memory_clear").isPresent()) {
            callVoid(
                    handle("llama_memory_clear", FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN)),
                    memory(context),
                    false);
        } else {
            callVoid(handle("llama_kv_cache_clear", FunctionDescriptor.ofVoid(ADDRESS)), context);
        }
    }

    /// Forgets what follows the first `kept` positions of a sequence.
    ///
    /// @throws ResourceException if the model cannot take them back
    void forget(MemorySegment context, int sequence, int kept) {
        FunctionDescriptor form = FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
        boolean done = symbols.find("llama_memory_seq_rm").isPresent()
                ? (boolean) call(handle("llama_memory_seq_rm", form), memory(context), sequence, kept, -1)
                : (boolean) call(handle("llama_kv_cache_seq_rm", form), context, sequence, kept, -1);
        if (!done) {
            throw new ResourceException("llama.cpp cannot take back tokens of this model.");
        }
    }

    private MemorySegment memory(MemorySegment context) {
        return (MemorySegment) call(handle("llama_get_memory", FunctionDescriptor.of(ADDRESS, ADDRESS)), context);
    }

    /// Frees a context and its model.
    void free(MemorySegment context, MemorySegment model) {
        callVoid(handle("llama_free", FunctionDescriptor.ofVoid(ADDRESS)), context);
        String free = symbols.find("llama_model_free").isPresent() ? "llama_model_free" : "llama_free_model";
        callVoid(handle(free, FunctionDescriptor.ofVoid(ADDRESS)), model);
    }
}
