package ouverture.kernels.jit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsProvider;
import ouverture.tensor.ScalarKernelsProvider;

class JitKernelsProviderTest {
    private final JitKernelsProvider provider = new JitKernelsProvider();

    @Test
    void isFoundAndPreferredToScalar() {
        assertThat(ServiceLoader.load(KernelsProvider.class).stream().map(ServiceLoader.Provider::type))
                .anyMatch(JitKernelsProvider.class::equals);
        assertThat(provider.rank()).isGreaterThan(new ScalarKernelsProvider().rank());
        assumeThat(provider.unusable()).as("reason not to run here").isEmpty();
        try (Kernels kernels = provider.create(new KernelsOptions(1, KernelsOptions.Activations.F32))) {
            assertThat(kernels.name()).isEqualTo(provider.name());
        }
    }

    @Test
    void saysWhichSystemsItServes() {
        assertThat(JitKernelsProvider.unusable("Windows 11", "amd64"))
                .hasValueSatisfying(reason ->
                        assertThat(reason).contains("Windows 11 on amd64").contains("--kernels vector"));
        assertThat(JitKernelsProvider.unusable("Linux", "riscv64")).isPresent();
        assertThat(JitKernelsProvider.unusable("Mac OS X", "aarch64")).isPresent();
        assertThat(JitKernelsProvider.unusable("Mac OS X", "x86_64")).isPresent();
    }

    @Test
    void areReservedForThoseWhoAskOnAarch64() {
        assertThat(JitKernelsProvider.reserved("amd64")).isEmpty();
        assertThat(JitKernelsProvider.reserved("aarch64"))
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("emulator").contains("--kernels jit"));
    }

    @Test
    void withoutNativeAccessItSaysHowToGetIt() throws IOException, InterruptedException {
        assumeThat(provider.unusable()).as("reason not to run here").isEmpty();
        assertThat(inAnotherJava("--enable-native-access=java.base")).contains("--enable-native-access=ALL-UNNAMED");
        assertThat(inAnotherJava("--enable-native-access=ALL-UNNAMED")).isEqualToIgnoringNewLines("usable");
    }

    /// What [#main] prints in a Java process with these options.
    private static String inAnotherJava(String... options) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), JitKernelsProviderTest.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /// Prints why the kernels cannot run in this process.
    public static void main(String[] arguments) {
        System.out.println(new JitKernelsProvider().unusable().orElse("usable"));
    }
}
