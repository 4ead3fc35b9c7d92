package ouverture.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import ouverture.error.ModelFileException;
import ouverture.file.Metadata;
import ouverture.tensor.Tensor;

/// Alternating updates (arXiv 2301.13310) as Gemma 3n has them: several residual streams of which a layer
/// computes one. The others are predicted from all, and corrected by what the computed one turned out to be.
///
/// All streams of a token lie side by side in one row of streams x width.
///
/// @param count number of streams
/// @param active the stream that is computed
/// @param width columns of a stream
/// @param projections makes each further stream from the embedding
/// @param unprojections brings each further stream back
/// @param epsilon of the routers' norms
public record AltUp(
        int count, int active, int width, List<Linear> projections, List<Linear> unprojections, float epsilon) {
    private static final int MOST_STREAMS = 64;

    /// A layer's numbers for mixing streams.
    ///
    /// @param router a number for each stream
    /// @param predict count x count mixing weights from these
    /// @param correct one correction weight for each stream from these
    /// @param scale factors on the columns of the corrected stream that the layer's own embedding is gated by
    public record Router(Norm norm, Linear router, Linear predict, Linear correct, Tensor scale) {}

    /// The streams of a file, `altup_proj` and `altup_unembd_proj`.
    ///
    /// @throws ModelFileException if the numbers contradict each other or a tensor is missing
    public static AltUp of(Metadata m, Weights w, int width, float epsilon) {
        int count = m.integer("altup.num_inputs", 4);
        int active = m.integer("altup.active_idx", 0);
        if (count < 2 || count > MOST_STREAMS || active < 0 || active >= count) {
            throw new ModelFileException(
                    m.file() + " computes stream " + active + " of " + count + ": the header is damaged.");
        }
        return new AltUp(
                count,
                active,
                width,
                planes(w.planes("altup_proj.weight", count - 1, width, width)),
                planes(w.planes("altup_unembd_proj.weight", count - 1, width, width)),
                epsilon);
    }

    private static List<Linear> planes(Tensor weights) {
        return IntStream.range(0, weights.planes())
                .mapToObj(plane -> new Linear(weights.plane(plane), null))
                .toList();
    }

    /// The router of a block.
    ///
    /// @throws ModelFileException if a tensor is missing or has a wrong shape
    public Router router(Weights b) {
        return new Router(
                b.norm("altup_router_norm", width, epsilon),
                b.linear("altup_router", count, width),
                b.linear("altup_predict_coef", count * count, count),
                b.linear("altup_correct_coef", count, count),
                b.vector("altup_correct_scale.weight", width));
    }

    /// The embedding and projections of it, all of one magnitude.
    public Tensor streams(ForwardPass pass, Tensor x) {
        List<Tensor> streams = new ArrayList<>(List.of(x));
        for (Linear projection : projections) {
            streams.add(pass.matchMagnitude(pass.linear(x, projection), x));
        }
        return pass.join(streams);
    }

    /// The mean of the streams, projected back.
    public Tensor merge(ForwardPass pass, Tensor streams) {
        Tensor computed = stream(pass, streams, active);
        Tensor sum = stream(pass, streams, 0);
        for (int s = 1; s < count; s++) {
            Tensor part = pass.linear(stream(pass, streams, s), unprojections.get(s - 1));
            pass.add(sum, pass.matchMagnitude(part, computed));
        }
        return pass.scale(sum, 1f / count);
    }

    /// Each stream plus a mixture of all, as the computed one says.
    public List<Tensor> predict(ForwardPass pass, Router router, Tensor streams) {
        Tensor weights = pass.linear(route(pass, router, stream(pass, streams, active)), router.predict);
        Tensor rows = streams.shaped(streams.rows() * count, width);
        List<Tensor> predicted = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            Tensor mixture = pass.combine(rows, pass.columns(weights, s * count, count));
            predicted.add(pass.add(mixture, stream(pass, streams, s)));
        }
        return predicted;
    }

    /// Each prediction plus (1 + weight) times what the computed stream differs from its own prediction.
    public List<Tensor> correct(ForwardPass pass, Router router, List<Tensor> predicted, Tensor computed) {
        Tensor weights = pass.linear(route(pass, router, computed), router.correct);
        Tensor innovation = pass.scale(pass.columns(predicted.get(active), 0, width), -1);
        pass.add(innovation, computed);
        List<Tensor> corrected = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            Tensor share = pass.combine(innovation, pass.columns(weights, s, 1));
            corrected.add(pass.add(pass.add(share, innovation), predicted.get(s)));
        }
        return corrected;
    }

    /// Puts new streams in the place of the old.
    public void replace(ForwardPass pass, Tensor streams, List<Tensor> by) {
        for (int s = 0; s < count; s++) {
            pass.put(streams, by.get(s), s * width);
        }
    }

    private Tensor stream(ForwardPass pass, Tensor streams, int index) {
        return pass.columns(streams, index * width, width);
    }

    /// tanh(router(norm(x) / width)): a number for each stream.
    private static Tensor route(ForwardPass pass, Router router, Tensor x) {
        Tensor scaled = pass.scale(pass.norm(x, router.norm), 1f / x.columns());
        return pass.softcap(pass.linear(scaled, router.router), 1);
    }
}
