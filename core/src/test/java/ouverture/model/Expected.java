package ouverture.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// What an independent engine computed for one model of the conformance data.
///
/// @param model the file
/// @param context tokens that the model was opened for
/// @param prompts the recorded prompts
public record Expected(Path model, int context, List<Prompt> prompts) {
    /// One prompt with its logits.
    ///
    /// @param rowsFrom position of the first recorded row
    /// @param exact logits in float64 arithmetic (`ref64`), one row for each recorded position
    /// @param oracle logits of the other engine
    /// @param variants logits under other readings of the file, by the name that the data's README gives them
    /// @param greedy the ids that follow, each the most likely one
    /// @param margins difference of the two best logits at each of these
    public record Prompt(
            String name,
            int[] tokens,
            int rowsFrom,
            float[][] exact,
            float[][] oracle,
            Map<String, float[][]> variants,
            int[] greedy,
            double[] margins) {}

    /// Reads `<folder>/<name>.expected.json` of the conformance data.
    public static Expected of(String folder, String name) {
        return of(Shared.path("conformance/" + folder + "/" + name + ".expected.json"), null);
    }

    /// Reads an expectation for a model that lies elsewhere, or beside it if null.
    public static Expected of(Path file, @org.jspecify.annotations.Nullable Path model) {
        try {
            JsonNode json = new ObjectMapper().readTree(Files.readString(file));
            byte[] logits = Files.readAllBytes(
                    file.resolveSibling(json.get("logits_file").asString()));
            List<Prompt> prompts = new ArrayList<>();
            for (JsonNode prompt : json.get("prompts")) {
                prompts.add(new Prompt(
                        prompt.get("name").asString(),
                        ints(prompt.get("tokens")),
                        prompt.get("rows_from").asInt(),
                        rows(prompt.get("ref64"), logits),
                        rows(prompt.get("oracle"), logits),
                        variants(prompt, logits),
                        ints(prompt.get("greedy16")),
                        doubles(prompt.get("greedy_margins"))));
            }
            Path beside = file.resolveSibling(json.get("model").asString());
            return new Expected(
                    model == null ? beside : model,
                    json.get("oracle").get("n_ctx").asInt(),
                    prompts);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    private static Map<String, float[][]> variants(JsonNode prompt, byte[] logits) {
        Map<String, float[][]> variants = new HashMap<>();
        for (String name : List.of("oracle_f32_weights", "ref64_yarn_not_truncated", "ref64_beta_from_file")) {
            if (prompt.has(name)) {
                variants.put(name, rows(prompt.get(name), logits));
            }
        }
        return variants;
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }

    private static float[][] rows(JsonNode place, byte[] logits) {
        ByteBuffer buffer = ByteBuffer.wrap(logits).order(ByteOrder.LITTLE_ENDIAN);
        float[][] rows = new float[place.get("rows").asInt()][place.get("cols").asInt()];
        buffer.position(place.get("offset").asInt());
        for (float[] row : rows) {
            for (int c = 0; c < row.length; c++) {
                row[c] = buffer.getFloat();
            }
        }
        return rows;
    }

    /// Largest and root-mean-square difference.
    public static double[] difference(float[][] a, float[][] b) {
        double max = 0;
        double squares = 0;
        long count = 0;
        for (int r = 0; r < a.length; r++) {
            for (int c = 0; c < a[r].length; c++) {
                double d = Math.abs((double) a[r][c] - b[r][c]);
                max = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(max, d);
                squares += d * d;
                count++;
            }
        }
        return new double[] {max, Math.sqrt(squares / count)};
    }
}
