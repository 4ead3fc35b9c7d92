package ouverture;

import java.lang.foreign.Arena;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.file.ModelFile;
import ouverture.generate.Draft;
import ouverture.generate.Scheduler;
import ouverture.model.MemoryPlan;
import ouverture.model.Model;
import ouverture.model.family.Families;
import ouverture.tensor.DType;
import ouverture.tensor.HostMemory;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;

/// A model that guesses what a larger one will say.
final class SmallModel {
    /// Entries that one vocabulary may have more than the other: padding, or control tokens that came later.
    private static final int DIFFERENCE_MOST = 128;

    private final Model model;
    private final EngineMemory memory;
    private final int vocabularySize;

    /// Loads the model from its open file, which must stay open.
    ///
    /// @param arena owns cache and scratch memory
    /// @param large plan of the large model, whose context this one gets too as far as it can
    /// @throws RequestException if the vocabularies differ
    /// @throws ouverture.error.ResourceException if both models together do not fit the memory
    SmallModel(ModelFile file, Arena arena, DType cacheType, MemoryPlan large, EngineOptions options) {
        int positions = Math.min(large.context(), file.metadata().contextLength());
        model = Families.load(file, positions);
        int context = Math.ceilDiv(positions, EngineMemory.BLOCK_SIZE) * EngineMemory.BLOCK_SIZE;
        HostMemory left = large.left();
        MemoryPlan plan =
                MemoryPlan.of(file, model, cacheType, context, options.batchTokens(), options.sequences(), left);
        plan.require(options.largerThanMemory());
        memory = EngineMemory.allocate(arena, model, cacheType, plan);
        vocabularySize = vocabularySize(file);
    }

    /// Guesses by this model.
    ///
    /// @param kernels those of the large model
    /// @param vocabularySize logits of the large model
    Draft draft(Kernels kernels, Scheduler.Limits limits, int vocabularySize) {
        Draft.Vocabularies vocabularies = new Draft.Vocabularies(this.vocabularySize, vocabularySize);
        return Draft.model(model, kernels, memory.cache(), memory.scratch(), limits, vocabularies);
    }

    /// Rows of the table that makes the logits; 0 if there is none.
    static int vocabularySize(ModelFile file) {
        Tensor output =
                file.tensors().getOrDefault("output.weight", file.tensors().get("token_embd.weight"));
        return output == null ? 0 : output.rows();
    }

    /// Refuses a model whose tokens mean something else than the large one's.
    ///
    /// @throws RequestException that names a difference
    static void requireSameVocabulary(
            ModelFile small, Optional<Tokenizer> smalls, ModelFile large, @Nullable Tokenizer larges) {
        String difference = smalls.isPresent() && larges != null
                ? difference(smalls.get(), larges)
                : smalls.isPresent() || larges != null
                        ? "only one of them has a tokenizer"
                        : difference(vocabularySize(small), vocabularySize(large));
        if (!difference.isEmpty()) {
            throw new RequestException(small.metadata().file() + " cannot guess for "
                    + large.metadata().file() + ": their vocabularies differ (" + difference
                    + "); take a smaller model of the same family.");
        }
    }

    private static String difference(int small, int large) {
        return Math.abs(small - large) > DIFFERENCE_MOST ? small + " tokens and " + large : "";
    }

    private static String difference(Tokenizer small, Tokenizer large) {
        for (int id = 0; id < Math.min(small.size(), large.size()); id++) {
            boolean unused = small.kind(id) == TokenKind.UNUSED || large.kind(id) == TokenKind.UNUSED;
            if (!unused && !small.piece(id).equals(large.piece(id))) {
                return "token " + id + " is \"" + small.piece(id) + "\" and \"" + large.piece(id) + "\"";
            }
        }
        return difference(small.size(), large.size());
    }
}
