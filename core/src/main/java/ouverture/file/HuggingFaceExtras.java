package ouverture.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ouverture.error.ModelFileException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/// What lies beside the weights in a Hugging Face folder: special tokens, sampling settings, chat template,
/// licence. Each of these files may be missing.
///
/// One key is ours and not GGUF's: `tokenizer.ggml.eos_token_ids` lists all ids that end an answer.
final class HuggingFaceExtras {
    private static final int LONGEST_TEMPLATE = 4 << 20;
    private static final int LONGEST_TOKENIZER_CONFIG = 64 << 20;
    private static final int LONGEST_FRONT_MATTER = 16 << 10;
    private static final Pattern LICENCE = Pattern.compile("license(_name|_link)?:\\s*[\"']?([^\"']{1,200})[\"']?\\s*");

    private HuggingFaceExtras() {}

    /// Adds what the folder has, in GGUF's keys.
    ///
    /// @throws ModelFileException if one of the files is there and damaged
    static void add(Path folder, HuggingFaceConfig config, Map<String, Object> values) {
        addTokens(config, values);
        Path generation = folder.resolve("generation_config.json");
        if (Files.exists(generation)) {
            HuggingFaceConfig settings = HuggingFaceConfig.read(generation);
            addTokens(settings, values);
            addSampling(settings, values);
        }
        Path tokenizer = folder.resolve("tokenizer_config.json");
        if (Files.exists(tokenizer)) {
            Json.read(tokenizer, LONGEST_TOKENIZER_CONFIG, parser -> addTokenizer(parser, values));
        }
        Path template = folder.resolve("chat_template.jinja");
        if (Files.exists(template)) {
            String text = start(template, LONGEST_TEMPLATE + 1);
            Json.expect(text.length() <= LONGEST_TEMPLATE, "chat_template.jinja", "it is too long for a template");
            values.put("tokenizer.chat_template", text);
        }
        Path readme = folder.resolve("README.md");
        if (Files.exists(readme)) {
            addLicence(start(readme, LONGEST_FRONT_MATTER), values);
        }
    }

    private static void addTokens(HuggingFaceConfig config, Map<String, Object> values) {
        int[] ends = config.elements("eos_token_id").stream()
                .mapToInt(id -> tokenId(config, id))
                .toArray();
        if (ends.length > 0) {
            values.put("tokenizer.ggml.eos_token_id", (long) ends[0]);
            values.put("tokenizer.ggml.eos_token_ids", ends);
        }
        config.integer("bos_token_id").ifPresent(id -> values.put("tokenizer.ggml.bos_token_id", id));
        config.integer("pad_token_id").ifPresent(id -> values.put("tokenizer.ggml.padding_token_id", id));
    }

    private static int tokenId(HuggingFaceConfig config, JsonNode id) {
        if (!id.isIntegralNumber() || !id.canConvertToInt()) {
            throw new ModelFileException(config.file() + " is damaged: eos_token_id should be one or more integers.");
        }
        return id.intValue();
    }

    private static void addSampling(HuggingFaceConfig settings, Map<String, Object> values) {
        settings.integer("top_k").ifPresent(n -> values.put("general.sampling.top_k", n));
        settings.number("temperature").ifPresent(n -> values.put("general.sampling.temp", n));
        settings.number("top_p").ifPresent(n -> values.put("general.sampling.top_p", n));
        settings.number("min_p").ifPresent(n -> values.put("general.sampling.min_p", n));
        settings.number("repetition_penalty").ifPresent(n -> values.put("general.sampling.penalty_repeat", n));
    }

    private static Map<String, Object> addTokenizer(JsonParser parser, Map<String, Object> values) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (key.equals("chat_template") && value == JsonToken.VALUE_STRING) {
                values.put("tokenizer.chat_template", parser.getString());
            } else if (key.equals("chat_template") && value == JsonToken.START_ARRAY) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    addNamedTemplate(parser, values);
                }
            } else if ((key.equals("add_bos_token") || key.equals("add_eos_token")) && value.isBoolean()) {
                values.put("tokenizer.ggml." + key, value == JsonToken.VALUE_TRUE);
            } else {
                parser.skipChildren();
            }
        }
        return values;
    }

    private static void addNamedTemplate(JsonParser parser, Map<String, Object> values) {
        String name = "";
        String template = "";
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            Json.expect(
                    value == JsonToken.VALUE_STRING,
                    "tokenizer_config.json",
                    "its list of chat templates should be names and templates");
            switch (key) {
                case "name" -> name = parser.getString();
                case "template" -> template = parser.getString();
                default -> parser.skipChildren();
            }
        }
        values.put("tokenizer.chat_template" + (name.equals("default") ? "" : "." + name), template);
    }

    private static void addLicence(String readme, Map<String, Object> values) {
        if (!readme.startsWith("---")) {
            return;
        }
        readme.lines().skip(1).takeWhile(line -> !line.startsWith("---")).forEach(line -> {
            Matcher matcher = LICENCE.matcher(line);
            if (matcher.matches()) {
                String which = matcher.group(1) == null ? "" : matcher.group(1).replace('_', '.');
                values.put("general.license" + which, matcher.group(2).strip());
            }
        });
    }

    private static String start(Path file, int mostBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(mostBytes), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModelFileException(file + " cannot be read (" + e.getMessage() + "): check its permissions.", e);
        }
    }
}
