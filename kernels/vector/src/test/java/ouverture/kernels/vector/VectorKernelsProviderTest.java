package ouverture.kernels.vector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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

class VectorKernelsProviderTest {
    private final VectorKernelsProvider provider = new VectorKernelsProvider();

    @Test
    void isFoundAndPreferredToScalar() {
        assertThat(ServiceLoader.load(KernelsProvider.class).stream().map(ServiceLoader.Provider::type))
                .anyMatch(VectorKernelsProvider.class::equals);
        assertThat(provider.rank()).isGreaterThan(new ScalarKernelsProvider().rank());
        assertThat(provider.unusable()).isEmpty();
        try (Kernels kernels = provider.create(new KernelsOptions(1, KernelsOptions.Activations.F32))) {
            assertThat(kernels.name()).isEqualTo(provider.name());
        }
    }

    @Test
    void saysWhichMachinesDoNotCompileVectors() {
        String hotSpot = "OpenJDK 64-Bit Server VM";
        assertThat(VectorKernelsProvider.noCompiler(hotSpot, "mixed mode, sharing"))
                .isNull();
        assertThat(VectorKernelsProvider.noCompiler(hotSpot, "interpreted mode"))
                .contains("-Xint");
        assertThat(VectorKernelsProvider.noCompiler(hotSpot, "mixed mode, emulated-client, sharing"))
                .contains("C2");
        assertThat(VectorKernelsProvider.noCompiler("Eclipse OpenJ9 VM", "JRE 25"))
                .contains("OpenJ9");
    }

    @Test
    void withoutTheModuleItSaysHowToGetIt() throws IOException, InterruptedException {
        assertThat(inAnotherJava()).contains("--add-modules jdk.incubator.vector");
        assertThat(inAnotherJava("--add-modules", "jdk.incubator.vector")).contains("usable");
        assertThat(inAnotherJava("--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1"))
                .contains("C2");
    }

    /// What [#main] prints in a Java process with these options.
    private static String inAnotherJava(String... options) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(List.of(options));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), VectorKernelsProviderTest.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /// Prints why the kernels cannot run in this process.
    public static void main(String[] arguments) {
        System.out.println(new VectorKernelsProvider().unusable().orElse("usable"));
    }
}
