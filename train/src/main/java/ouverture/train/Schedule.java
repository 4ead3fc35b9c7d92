package ouverture.train;

/// Learning rates: up in a straight line, then down along half a cosine (arXiv 1608.03983).
///
/// @param peak the highest rate, above 0
/// @param warmUp steps until it is reached, at least 0
/// @param steps of the whole run
/// @param floor share of the peak that is left at the end, 0 to 1
public record Schedule(double peak, int warmUp, int steps, double floor) {
    /// The rate of a step, from 1 on.
    public double rate(long step) {
        if (step <= warmUp) {
            return peak * step / warmUp;
        }
        double way = Math.min(1, (step - warmUp) / (double) Math.max(1, steps - warmUp));
        // StrictMath: the same rate on every machine
        return peak * (floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(Math.PI * way)));
    }
}
