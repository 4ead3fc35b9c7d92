package ouverture;

import java.nio.file.Path;
import java.util.function.Consumer;

/// Where kernels may keep weights in another form, in which they are multiplied faster. It changes speed and
/// memory and no bit of a result. A model that does not fit the memory stays in its mapped file.
public sealed interface Repack {
    /// In the process's memory, in place of the file's pages.
    Repack MEMORY = new Memory();

    /// Nowhere: weights stay in the mapped file and are brought into the other form each time.
    Repack OFF = new Off();

    /// In the process's memory.
    record Memory() implements Repack {}

    /// Nowhere.
    record Off() implements Repack {}

    /// In a file for each model, written while answers run and mapped by later starts, which then have nothing to
    /// pack: processes share its pages, and the system gives them up under pressure as it does the model's own.
    /// What cannot be kept there is kept in memory. Whoever may write the folder decides on the weights.
    ///
    /// @param folder of these files; made if it is missing
    /// @param limitBytes that they may take together: the ones that were used longest ago make room
    /// @param notices told what was found wrong or could not be kept, a sentence each, from any thread
    record Disk(Path folder, long limitBytes, Consumer<String> notices) implements Repack {}
}
