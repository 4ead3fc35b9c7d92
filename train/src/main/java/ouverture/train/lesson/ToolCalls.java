package ouverture.train.lesson;

import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import ouverture.Message;
import ouverture.Tool;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Calling one of the tools that are offered, saying that none fits or handing over to a person, and reporting
/// what a tool gave back.
final class ToolCalls implements Subject {
    private static final String ESCALATE = "escalate";

    private final Phrasebook phrases = new Phrasebook("tools");
    private final Words words = new Words();

    /// A parameter of a tool.
    ///
    /// @param type as in JSON Schema
    /// @param kind of values
    private record Parameter(String name, boolean optional, String type, String kind) {
        static Parameter of(String line) {
            String[] parts = line.split(":", -1);
            boolean optional = parts[0].endsWith("?");
            return new Parameter(parts[0].replace("?", ""), optional, parts[1], parts[2]);
        }
    }

    /// @param written as the request has it
    /// @param json as the call has it
    private record Argument(String written, String json) {}

    /// What a user asks for.
    private record Request(String tool, String text, String arguments, String thought) {}

    @Override
    public String name() {
        return "tools";
    }

    @Override
    public Lesson lesson(Draw draw) {
        List<String> all = phrases.sections(draw.language(), "call.");
        List<String> offered = new ArrayList<>(draw.some(draw.bySize(1, draw.number(1, 3), 4), all));
        int fate = draw.number(0, 9);
        boolean fits = fate >= 2;
        String wanted = offered.getFirst();
        boolean escalates = draw.chance(0.3);
        if (!fits) {
            offered.removeFirst();
        }
        if (escalates || offered.isEmpty()) {
            offered.add(ESCALATE);
        }
        List<String> shuffled = draw.some(offered.size(), offered);
        List<Tool> tools = shuffled.stream().map(tool -> tool(draw, tool)).toList();
        Request request = request(draw, wanted);
        Message user = Message.user(request.text);
        if (fits && fate >= 7) {
            return report(draw, tools, user, request);
        }
        Question question = new Question(List.of(user), tools);
        if (fits) {
            return call(draw, question, request.tool, request.arguments, request.thought);
        }
        String thought = phrases.lines(draw.language(), "thought.none").getFirst();
        if (shuffled.contains(ESCALATE)) {
            String reason = phrases.lines(draw.language(), "reason").getFirst();
            return call(draw, question, ESCALATE, object(Map.of("reason", text(reason))), thought);
        }
        return Lesson.exact(
                draw, question, thought, phrases.lines(draw.language(), "none").getFirst());
    }

    private static Lesson call(Draw draw, Question question, String tool, String arguments, String thought) {
        return Lesson.of(draw, question, thought, new Reply.Call(tool, arguments), Check.call(tool, arguments));
    }

    private List<Parameter> parameters(Draw draw, String tool) {
        List<String> spec = phrases.lines(draw.language(), "spec." + tool);
        return spec.stream().skip(1).map(Parameter::of).toList();
    }

    private Tool tool(Draw draw, String tool) {
        ObjectNode schema = JsonMapper.shared().createObjectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (Parameter parameter : parameters(draw, tool)) {
            properties.putObject(parameter.name).put("type", parameter.type);
            if (!parameter.optional) {
                required.add(parameter.name);
            }
        }
        String description = phrases.lines(draw.language(), "spec." + tool).getFirst();
        return new Tool(tool, description, schema.toString());
    }

    private Request request(Draw draw, String tool) {
        String wording = phrases.pick(draw, "call." + tool);
        Slots slots = new Slots();
        Map<String, String> arguments = new LinkedHashMap<>();
        StringJoiner thought = new StringJoiner("; ");
        thought.add(Phrasebook.fill(
                draw.language(), phrases.lines(draw.language(), "thought.call").getFirst(), "tool", tool));
        for (Parameter parameter : parameters(draw, tool)) {
            Argument argument = argument(draw, parameter.kind);
            slots.put(parameter.name, argument.written);
            if (wording.contains("{" + parameter.name + "}")) {
                arguments.put(parameter.name, argument.json);
                thought.add(parameter.name + "=" + argument.written);
            }
        }
        return new Request(
                tool, Phrasebook.fill(draw.language(), wording, slots.all()), object(arguments), thought.toString());
    }

    private Argument argument(Draw draw, String kind) {
        return switch (kind) {
            case "date" -> {
                var date = Dates.draw(draw);
                yield new Argument(Dates.words(date, draw.language()), text(date.toString()));
            }
            case "time" -> {
                String time =
                        LocalTime.of(draw.number(7, 20), 5 * draw.number(0, 11)).toString();
                yield new Argument(time, text(time));
            }
            case "amount", "count" -> {
                String number = String.valueOf(draw.number(2, draw.bySize(20, 900, 9999)));
                yield new Argument(number, number);
            }
            case "code" -> same(Copying.code(draw));
            case "currency" -> same(draw.pick("USD", "CHF", "GBP", "CAD", "JPY"));
            case "email" -> same(Contacts.email(draw, words.pick(draw, "first"), words.pick(draw, "last")));
            default -> same(words.pick(draw, kind));
        };
    }

    private static Argument same(String value) {
        return new Argument(value, text(value));
    }

    private static String text(String value) {
        return JsonMapper.shared().writeValueAsString(value);
    }

    /// An object as templates write it, with spaces.
    private static String object(Map<String, String> members) {
        StringJoiner object = new StringJoiner(", ", "{", "}");
        members.forEach((name, value) -> object.add(text(name) + ": " + value));
        return object.toString();
    }

    /// The call is made and answered: what came of it is said.
    private Lesson report(Draw draw, List<Tool> tools, Message user, Request request) {
        String[] pair = draw.pick(phrases.lines(draw.language(), "result." + request.tool))
                .split(" => ", 2);
        int number = draw.number(1, draw.bySize(20, 900, 9999));
        String result = Phrasebook.fill(draw.language(), pair[0], "n", number);
        String answer = Phrasebook.fill(draw.language(), pair[1], "n", number);
        String id = "call_1";
        Message call = Message.assistant(
                "", "", Collections.singletonList(new Message.Call(id, request.tool, request.arguments)));
        Question question = new Question(List.of(user, call, Message.tool(id, result)), tools);
        return Lesson.exact(draw, question, result, answer);
    }
}
