package ouverture.train.recipe;

import ouverture.error.RequestException;

/// Questions that are made from numbers, so that there are as many as one likes and none needs to be kept.
public interface Task {
    /// What is asked, how the answer is found, and the answer.
    record Exchange(String question, String thought, String answer) {}

    /// The exchange of a number; the same number gives the same exchange.
    Exchange exchange(long number);

    /// The task of a name.
    ///
    /// @throws RequestException if there is none
    static Task named(String name) {
        return switch (name) {
            case "addition" -> new Addition();
            default ->
                throw new RequestException("There is no task named \"" + name + "\"; the recipe may name: addition.");
        };
    }
}
