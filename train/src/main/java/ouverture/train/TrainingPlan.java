package ouverture.train;

import java.nio.file.Path;
import ouverture.train.gradient.Network;

/// How a run goes.
///
/// @param folder of checkpoint and log; it exists
/// @param identity of the run: model, data and seeds. A checkpoint of another one is refused; rates and sizes of
///     steps may change when a run goes on
/// @param schedule number of steps and learning rates
/// @param optimiser its numbers
/// @param tokensPerStep tokens between two changes of the parameters, at least
/// @param tokensPerBatch tokens that go through the network at once, at most: memory grows with it
/// @param clip longest gradient; longer ones are shortened to it
/// @param network how it computes
/// @param checkpointSeconds between two checkpoints
public record TrainingPlan(
        Path folder,
        String identity,
        Schedule schedule,
        AdamW.Settings optimiser,
        int tokensPerStep,
        int tokensPerBatch,
        double clip,
        Network.Options network,
        double checkpointSeconds) {
    /// Where the checkpoint is.
    public Path checkpoint() {
        return folder.resolve("checkpoint.gguf");
    }

    /// Where the log is.
    public Path log() {
        return folder.resolve("log.jsonl");
    }
}
