package ouverture;

import java.lang.foreign.Arena;
import ouverture.error.ResourceException;
import ouverture.model.MemoryPlan;
import ouverture.model.Model;
import ouverture.model.Scratch;
import ouverture.tensor.DType;
import ouverture.tensor.KvCache;

/// What the steps of one model work in.
record EngineMemory(KvCache cache, Scratch scratch) {
    /// Positions of a block of the cache.
    static final int BLOCK_SIZE = 32;

    /// Takes what was planned.
    ///
    /// @throws ResourceException if the system does not give it
    static EngineMemory allocate(Arena arena, Model model, DType type, MemoryPlan plan) {
        try {
            return new EngineMemory(
                    KvCache.allocate(arena, type, plan.context() / BLOCK_SIZE, BLOCK_SIZE, model.cacheShapes()),
                    new Scratch(arena, plan.scratchBytes()));
        } catch (OutOfMemoryError e) {
            throw new ResourceException(
                    plan.needs() + ", and the system does not give them: ask for a smaller context, a smaller cache"
                            + " format or smaller batches, or raise -XX:MaxDirectMemorySize.",
                    e);
        }
    }
}
