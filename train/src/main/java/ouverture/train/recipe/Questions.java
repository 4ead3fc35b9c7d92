package ouverture.train.recipe;

import ouverture.train.lesson.Draw;
import ouverture.train.lesson.Draw.Size;
import ouverture.train.lesson.Draw.Wording;

/// Kinds of examination. None of their questions is ever taught.
public enum Questions {
    /// Wordings and sizes as taught; other numbers, other combinations.
    NUMBERS(Wording.TAUGHT, Size.USUAL),
    /// Wordings, names and words that were kept from the teaching.
    WORDINGS(Wording.RESERVED, Size.USUAL),
    /// Longer numbers, lists and stories than any taught.
    LENGTHS(Wording.TAUGHT, Size.LONG);

    private final Wording wording;
    private final Size size;

    Questions(Wording wording, Size size) {
        this.wording = wording;
        this.size = size;
    }

    Draw.Setting setting() {
        return new Draw.Setting(wording, size, false);
    }
}
