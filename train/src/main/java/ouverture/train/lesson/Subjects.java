package ouverture.train.lesson;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.RequestException;

/// All subjects by name.
public final class Subjects {
    private final Map<String, Subject> subjects = new LinkedHashMap<>();

    /// Reads the wordings of all of them.
    public Subjects() {
        List.of(
                        new Addition(),
                        new Copying(true),
                        new Copying(false),
                        new Arithmetic(),
                        new Percentages(),
                        new Units(),
                        new Problems(),
                        new Invoices(),
                        new Extraction(),
                        new Classification(),
                        new ToolCalls(),
                        new PersonalData(),
                        new Refusals(),
                        new Identity())
                .forEach(subject -> subjects.put(subject.name(), subject));
    }

    /// Their names.
    public List<String> names() {
        return List.copyOf(subjects.keySet());
    }

    /// The subject of a name.
    ///
    /// @throws RequestException if there is none
    public Subject named(String name) {
        Subject subject = subjects.get(name);
        if (subject == null) {
            throw new RequestException("There is no subject named \"" + name + "\"; a recipe may name: "
                    + String.join(", ", subjects.keySet()) + ".");
        }
        return subject;
    }
}
