package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

/// What must hold of every file, however damaged: it opens to something whose every byte can be read, or is
/// refused in a sentence, and takes little memory for either.
final class Soundness {
    /// What opening a damaged file of a few kilobytes may allocate: the window, the strings, the message.
    private static final long MOST_BYTES = 4 << 20;

    private Soundness() {}

    /// Reads the bytes of a GGUF file.
    ///
    /// @return whether they were accepted
    static boolean ofGguf(byte[] file) {
        return holds(() -> {
            GgufHeader header = GgufHeader.read("file.gguf", MemorySegment.ofArray(file));
            checkValues(header.values().values());
            check(header.tensors().stream()
                    .map(entry -> entry.view(header.weights()))
                    .toList());
        });
    }

    /// Reads the bytes of a safetensors file.
    ///
    /// @return whether they were accepted
    static boolean ofSafetensors(byte[] file) {
        return holds(() -> {
            SafetensorsHeader header = SafetensorsHeader.read("file.safetensors", MemorySegment.ofArray(file));
            for (SafetensorsHeader.Entry entry : header.entries().values()) {
                try {
                    check(List.of(header.tensor(entry)));
                } catch (ModelFileException | UnsupportedModelException e) {
                    checkSentence(e);
                }
            }
        });
    }

    /// Translates the bytes of a safetensors file as the weights of a small Llama and of a small GPT-2.
    static void ofWeights(byte[] file) {
        for (HuggingFaceFamily family : HuggingFaceFamilies.all()) {
            holds(() -> {
                try (Arena arena = Arena.ofConfined()) {
                    String config = "{\"num_attention_heads\":2,\"hidden_size\":8}";
                    HuggingFaceConfig settings = new HuggingFaceConfig(
                            "config.json", JsonMapper.shared().readTree(config));
                    Metadata metadata = new Metadata("folder", family.keys(settings));
                    TensorTranslation translation = new TensorTranslation(family, metadata, null, arena);
                    translation.add(SafetensorsHeader.read("file.safetensors", MemorySegment.ofArray(file)));
                    check(translation.tensors(settings).values());
                }
            });
        }
    }

    /// Runs what may refuse its input.
    ///
    /// @return whether it did not
    static boolean holds(Runnable reading) {
        long before = allocatedBytes();
        boolean accepted = accepts(reading);
        if (allocatedBytes() - before > MOST_BYTES) {
            // once more: the first reading of a run also loads classes
            before = allocatedBytes();
            accepted = accepts(reading);
            assertThat(allocatedBytes() - before).as("bytes allocated").isLessThan(MOST_BYTES);
        }
        return accepted;
    }

    private static boolean accepts(Runnable reading) {
        try {
            reading.run();
            return true;
        } catch (ModelFileException | UnsupportedModelException e) {
            checkSentence(e);
            return false;
        }
    }

    /// One sentence, without control characters, not endless.
    static void checkSentence(OuvertureException failure) {
        assertThat(failure.getMessage()).matches("[^\\p{Cntrl}]{10,600}\\.");
    }

    /// Every byte of every tensor can be read.
    static void check(Collection<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            assertThat(tensor.data().byteSize()).isEqualTo(tensor.bytes()).isPositive();
            long sum = 0;
            for (long i = 0; i < tensor.bytes(); i++) {
                sum += tensor.data().get(ValueLayout.JAVA_BYTE, i);
            }
            assertThat(sum).isBetween(-128 * tensor.bytes(), 127 * tensor.bytes());
        }
    }

    private static void checkValues(Collection<Object> values) {
        for (Object value : values) {
            switch (value) {
                case Boolean _, Long _, Double _, String _, int[] _, long[] _, float[] _ -> {}
                case List<?> list ->
                    assertThat(list)
                            .allMatch(element -> element instanceof Boolean
                                    || element instanceof Long
                                    || element instanceof Double
                                    || element instanceof String);
                default -> throw new AssertionError("a value of " + value.getClass());
            }
        }
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
