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
        Assembler adding = new Assembler();
        adding.load(General.X9, General.X1, 0);
        adding.add(General.X9, General.X9, General.X2, 1);
        adding.store(General.X9, General.X0, 0);
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

        Assembler spoiling = new Assembler();
        spoiling.move(General.X20, 1);
        spoiling.leave();
        assertThatThrownBy(() -> emulator.call(spoiling.code())).hasMessageContaining("must keep: 1");
        Assembler halving = new Assembler();
        halving.fillBytes(new Vector(15), 7);
        halving.leave();
        assertThatThrownBy(() -> emulator.call(halving.code())).hasMessageContaining("must keep: 18");
    }
}
