package ouverture.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.file.quantize.QuantizationPlan;
import ouverture.file.quantize.QuantizationPlan.Step;
import ouverture.file.quantize.Quantizer;
import ouverture.tensor.DType;

/// What `quantize` did, or would do; the names of its parts are those of `--json`.
///
/// @param type of the whole
/// @param parameters numbers in all tensors
/// @param bytesBefore of all tensors
/// @param bytesAfter of all tensors
/// @param fileBytes of the new file, header included
/// @param bitsPerWeight of the new tensors
/// @param rmsError root of the mean squared difference that rounding made, of the tensors that were rounded; null
///     where nothing was written
/// @param relativeError the same, as a share of the numbers' quadratic mean
/// @param seconds the work took
/// @param bytesPerSecond of the old tensors
/// @param formats of the new tensors, each with its own figures
/// @param fallbacks tensors whose rows are no whole blocks of the format that was meant for them
/// @param plan each tensor; null where it was written
record QuantizeReport(
        String type,
        long parameters,
        long bytesBefore,
        long bytesAfter,
        long fileBytes,
        double bitsPerWeight,
        @Nullable Double rmsError,
        @Nullable Double relativeError,
        @Nullable Double seconds,
        @Nullable Long bytesPerSecond,
        List<Format> formats,
        List<Fallback> fallbacks,
        @Nullable List<Planned> plan) {

    /// The tensors of one format.
    record Format(
            String type,
            int tensors,
            long bytesBefore,
            long bytesAfter,
            double bitsPerWeight,
            @Nullable Double rmsError,
            @Nullable Double relativeError) {

        private void addTo(Table table) {
            List<String> cells = new ArrayList<>(List.of(
                    type,
                    Units.digits(tensors),
                    Units.bytes(bytesBefore),
                    Units.bytes(bytesAfter),
                    Units.threeDigits(bitsPerWeight)));
            if (rmsError != null && relativeError != null) {
                cells.add(rmsError == 0 ? "0" : String.format(Locale.ROOT, "%.2e", rmsError));
                cells.add(relativeError == 0 ? "0 %" : Units.threeDigits(relativeError * 100) + " %");
            }
            table.row(cells.toArray(String[]::new));
        }
    }

    /// A tensor whose rows of `columns` numbers are no whole blocks of the format `wanted`.
    record Fallback(String tensor, int columns, String wanted, String type) {}

    /// What a tensor is and would be.
    record Planned(String tensor, String from, String to, long bytesAfter) {}

    /// Sums over tensors.
    private static final class Sum {
        private int tensors;
        private long elements;
        private long rounded;
        private long before;
        private long after;
        private double squaredError;
        private double squares;

        void add(Quantizer.Change change) {
            Step step = change.step();
            tensors++;
            elements += step.tensor().size();
            rounded += step.copies() ? 0 : step.tensor().size();
            before += step.tensor().bytes();
            after += step.bytes();
            squaredError += change.squaredError();
            squares += change.squares();
        }

        double bitsPerWeight() {
            return after * (double) Byte.SIZE / elements;
        }

        double rmsError() {
            return rounded == 0 ? 0 : Math.sqrt(squaredError / rounded);
        }

        double relativeError() {
            return squares == 0 ? 0 : Math.sqrt(squaredError / squares);
        }
    }

    /// What would be done.
    static QuantizeReport planned(QuantizationPlan plan) {
        List<Quantizer.Change> none = plan.steps().stream()
                .map(step -> new Quantizer.Change(step, 0, 0))
                .toList();
        List<Planned> tensors = plan.steps().stream()
                .map(step -> new Planned(
                        step.tensor().name(),
                        step.tensor().type().name(),
                        step.to().name(),
                        step.bytes()))
                .toList();
        return of(plan, none, null, tensors);
    }

    /// What was done in some time.
    static QuantizeReport done(QuantizationPlan plan, List<Quantizer.Change> changes, Duration time) {
        return of(plan, changes, time, null);
    }

    private static QuantizeReport of(
            QuantizationPlan plan,
            List<Quantizer.Change> changes,
            @Nullable Duration time,
            @Nullable List<Planned> tensors) {
        Map<DType, Sum> byFormat = new LinkedHashMap<>();
        Sum all = new Sum();
        List<Fallback> fallbacks = new ArrayList<>();
        for (Quantizer.Change change : changes) {
            Step step = change.step();
            byFormat.computeIfAbsent(step.to(), _ -> new Sum()).add(change);
            all.add(change);
            if (step.wanted() != step.to()) {
                fallbacks.add(new Fallback(
                        step.tensor().name(),
                        step.tensor().columns(),
                        step.wanted().name(),
                        step.to().name()));
            }
        }
        List<Format> formats = new ArrayList<>();
        byFormat.forEach((format, sum) -> formats.add(new Format(
                format.name(),
                sum.tensors,
                sum.before,
                sum.after,
                sum.bitsPerWeight(),
                time == null ? null : sum.rmsError(),
                time == null ? null : sum.relativeError())));
        return new QuantizeReport(
                plan.type().name(),
                all.elements,
                all.before,
                all.after,
                plan.fileBytes(),
                all.bitsPerWeight(),
                time == null ? null : all.rmsError(),
                time == null ? null : all.relativeError(),
                time == null ? null : time.toNanos() / 1e9,
                time == null ? null : Math.round(Units.perSecond(all.before, time)),
                List.copyOf(formats),
                List.copyOf(fallbacks),
                tensors);
    }

    /// The report for people.
    String page() {
        StringBuilder page = new StringBuilder();
        Table table = rmsError == null
                ? new Table("", "lrrrr").row("Format", "tensors", "before", "after", "bits/weight")
                : new Table("", "lrrrrrr")
                        .row("Format", "tensors", "before", "after", "bits/weight", "rms error", "relative");
        formats.forEach(format -> format.addTo(table));
        int tensors = formats.stream().mapToInt(Format::tensors).sum();
        new Format(type + " in all", tensors, bytesBefore, bytesAfter, bitsPerWeight, rmsError, relativeError)
                .addTo(table);
        table.appendTo(page);
        for (Fallback fallback : fallbacks) {
            page.append(Printable.line(fallback.tensor, 60) + " is " + fallback.type + ": its rows of "
                    + Units.digits(fallback.columns) + " numbers are no whole blocks of " + fallback.wanted + "\n");
        }
        page.append("The file has " + Units.bytes(fileBytes));
        if (seconds != null && bytesPerSecond != null) {
            page.append(", written in " + Units.threeDigits(seconds) + " s, " + Units.bytes(bytesPerSecond)
                    + " of the old tensors a second");
        }
        return page.append('\n').toString();
    }

    /// The same behind the list of all tensors.
    String page(QuantizationPlan plan) {
        StringBuilder page = new StringBuilder();
        Table table = new Table("", "lllr");
        for (Step step : plan.steps()) {
            table.row(
                    Printable.line(step.tensor().name(), 60),
                    step.tensor().type().name(),
                    step.to().name(),
                    Units.bytes(step.bytes()));
        }
        table.appendTo(page);
        return page.append('\n').append(page()).toString();
    }
}
