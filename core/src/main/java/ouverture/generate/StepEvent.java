package ouverture.generate;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A step of the batch in a recording of JDK Flight Recorder.
@Name("ouverture.Step")
@Label("Step of the batch")
@Category({"Ouverture", "Engine"})
@Description("One pass through the network for all sequences that run")
@StackTrace(false)
final class StepEvent extends Event {
    @Label("Rows")
    @Description("Tokens that the pass computes")
    int rows;

    @Label("Guesses")
    @Description("Rows that are guessed tokens")
    int guesses;

    @Label("Sequences")
    @Description("Answers and prompts that have rows in the pass")
    int sequences;

    @Label("Waiting")
    @Description("Sequences that wait for room")
    int waiting;
}
