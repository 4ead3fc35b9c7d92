package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessageSyntaxTest {
    @Test
    void lineIsAMessage() {
        assertThat(MessageSyntax.isComplete("hello")).isTrue();
        assertThat(MessageSyntax.message(" hello ")).isEqualTo("hello");
    }

    @Test
    void backslashContinues() {
        assertThat(MessageSyntax.isComplete("one\\")).isFalse();
        assertThat(MessageSyntax.isComplete("one\\\ntwo")).isTrue();
        assertThat(MessageSyntax.message("one\\\ntwo")).isEqualTo("one\ntwo");
    }

    @Test
    void backslashInsideStays() {
        assertThat(MessageSyntax.message("a \\n b")).isEqualTo("a \\n b");
    }

    @Test
    void blockEndsWithThreeQuotationMarks() {
        assertThat(MessageSyntax.isComplete("\"\"\"")).isFalse();
        assertThat(MessageSyntax.isComplete("\"\"\"one")).isFalse();
        assertThat(MessageSyntax.isComplete("\"\"\"one\\\ntwo\"\"\"")).isTrue();
        assertThat(MessageSyntax.message("\"\"\"one\\\n  two\n\"\"\"")).isEqualTo("one\\\n  two");
    }
}
