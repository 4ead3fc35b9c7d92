package ouverture.kernels.jit.aarch64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the tests of routines rely on.
class EmulatorTest {
    @TempDir
    private Path folder;

    @Test
    void runsARoutineAndSeesItsFaults() throws IOException, InterruptedException {
        Emulator emulator = Emulator.find(folder);
        Encoder adding = new Encoder();
        adding.load(Register.X9, Register.X1, 0, Long.BYTES);
        adding.add(Register.X9, Register.X9, Register.X2, 1);
        adding.store(Register.X9, Register.X0, 0, Long.BYTES);
        adding.leave();
        assertThat(emulator.call(
                        adding.code(),
                        new Emulator.Memory(new byte[9], true),
                        new Emulator.Memory(new byte[] {1, 1, 0, 0, 0, 0, 0, 0}, false),
                        new Emulator.Number(0x1_0000)))
                .singleElement()
                .isEqualTo(new byte[] {1, 1, 2, 0, 0, 0, 0, 0, 0});
        assertThatThrownBy(() -> emulator.call(
                        adding.code(),
                        new Emulator.Memory(new byte[8], true),
                        new Emulator.Memory(new byte[7], false),
                        new Emulator.Number(0)))
                .hasMessageContaining("signal 11");

        Encoder spoiling = new Encoder();
        spoiling.move(Register.X20, 1);
        spoiling.leave();
        assertThatThrownBy(() -> emulator.call(spoiling.code())).hasMessageContaining("X20, which a routine must keep");
        Encoder halving = new Encoder();
        halving.fillBytes(new VectorRegister(15), 7);
        halving.leave();
        assertThatThrownBy(() -> emulator.call(halving.code())).hasMessageContaining("vector 15");
    }
}
