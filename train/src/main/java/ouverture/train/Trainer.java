package ouverture.train;

import java.nio.file.Files;
import ouverture.error.TrainingException;
import ouverture.model.Model;
import ouverture.tensor.Kernels;
import ouverture.train.gradient.Network;
import ouverture.train.gradient.TrainingBatch;

/// Runs a training, from its checkpoint if there is one. A run that was interrupted and went on gives the same
/// bytes as one that was not.
public final class Trainer implements AutoCloseable {
    private final TrainingPlan plan;
    private final TrainingData data;
    private final Network network;
    private final AdamW optimiser;
    private final Checkpoint checkpoint;
    private final TrainingLog log;
    private final Kernels kernels;
    private Progress progress;
    private long savedStep;
    private double ownSeconds;

    /// Hears of each step.
    @FunctionalInterface
    public interface Listener {
        /// A step is done.
        ///
        /// @return whether to go on; if not, the run stops with a checkpoint
        boolean after(TrainingLog.Entry step);
    }

    /// @param model on the parameters' tensors
    /// @param parameters with the values to begin with
    /// @throws TrainingException if the plan's folder has the checkpoint of another run
    /// @throws ouverture.error.ModelFileException if the checkpoint is damaged
    public Trainer(Model model, ParameterSet parameters, TrainingData data, Kernels kernels, TrainingPlan plan) {
        this(new Network(model, kernels, parameters.all(), plan.network()), parameters, data, kernels, plan);
    }

    /// @param network that learns the parameters, and is closed with this
    /// @throws TrainingException as the other
    public Trainer(Network network, ParameterSet parameters, TrainingData data, Kernels kernels, TrainingPlan plan) {
        this.plan = plan;
        this.data = data;
        this.network = network;
        this.kernels = kernels;
        optimiser = new AdamW(parameters, plan.optimiser(), kernels);
        checkpoint = new Checkpoint(plan.checkpoint(), plan.identity(), parameters, optimiser);
        try {
            progress = Files.exists(plan.checkpoint()) ? checkpoint.read() : Progress.START;
            savedStep = progress.step();
            log = new TrainingLog(plan.log(), savedStep);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /// How far the run has come.
    public Progress progress() {
        return progress;
    }

    /// The record of the run.
    public TrainingLog log() {
        return log;
    }

    /// How much of the kernels' speed the steps have had since this began: floating-point operations of their
    /// products a second, as a share of what one large product of floats reaches, which is measured now. 0 before
    /// the first step.
    public double shareOfPeak() {
        return ownSeconds == 0 ? 0 : network.floatingPointOperations() / ownSeconds / PeakSpeed.measure(kernels);
    }

    /// Runs to the end of the schedule, or until the listener has enough; then there is a checkpoint.
    ///
    /// @return whether the schedule is at its end
    /// @throws TrainingException if the loss is no number any more, or an example cannot be learned from; the
    ///     last checkpoint is kept
    /// @throws ouverture.error.ResourceException if a checkpoint cannot be written; the one before is kept
    public boolean run(Listener listener) {
        long saved = System.nanoTime();
        boolean goesOn = true;
        while (goesOn && progress.step() < plan.schedule().steps()) {
            goesOn = listener.after(step());
            boolean due = System.nanoTime() - saved > plan.checkpointSeconds() * 1e9;
            if (due || !goesOn || progress.step() == plan.schedule().steps()) {
                checkpoint.write(progress);
                savedStep = progress.step();
                saved = System.nanoTime();
            }
        }
        return progress.step() >= plan.schedule().steps();
    }

    private TrainingLog.Entry step() {
        long start = System.nanoTime();
        long step = progress.step() + 1;
        StepBatches batches = StepBatches.of(data, progress.cursor(), plan.tokensPerStep(), plan.tokensPerBatch());
        if (batches.totalWeight() == 0) {
            throw stopped(
                    step, "in " + data.describe(progress.cursor(), batches.next()) + " there is nothing to learn");
        }
        boolean judged = data.objective(progress.cursor(), batches.end(0)).isPresent();
        double weight = judged ? batches.examples() : batches.totalWeight();
        double loss = 0;
        double balance = 0;
        for (int b = 0; b < batches.batches().size(); b++) {
            TrainingBatch batch = batches.batches().get(b);
            double share = batch.batch().rows() / (double) batches.rows();
            long first = batches.first().get(b);
            Network.Result result = data.objective(first, batches.end(b))
                    .map(objective -> network.learn(batch, objective, 1 / weight, share))
                    .orElseGet(() -> network.learn(batch, 1 / weight, share));
            if (!Double.isFinite(result.loss())) {
                throw stopped(
                        step,
                        "the loss of its batch " + (b + 1) + ", " + data.describe(first, batches.end(b)) + ", is "
                                + result.loss());
            }
            loss += result.loss() / weight;
            balance += result.balance() * share;
        }
        double norm = optimiser.gradientNorm();
        if (!Double.isFinite(norm)) {
            throw stopped(step, "the length of its gradients is " + norm);
        }
        double rate = plan.schedule().rate(step);
        optimiser.step(step, rate, norm > plan.clip() ? plan.clip() / norm : 1);
        double seconds = (System.nanoTime() - start) / 1e9;
        ownSeconds += seconds;
        progress = new Progress(step, batches.next(), progress.tokens() + batches.rows(), progress.seconds() + seconds);
        TrainingLog.Entry entry =
                new TrainingLog.Entry(step, loss, balance, norm, rate, progress.tokens(), progress.seconds());
        log.add(entry);
        return entry;
    }

    private TrainingException stopped(long step, String reason) {
        String kept = savedStep == 0
                ? "No checkpoint had been written yet"
                : "The checkpoint of step " + savedStep + " is kept in " + plan.checkpoint();
        return new TrainingException("Training stopped at step " + step + ": " + reason + ". " + kept
                + "; go on with a lower learning rate, or with other data.");
    }

    /// Gives the network's memory back; kernels and parameters stay.
    @Override
    public void close() {
        network.close();
    }
}
