package ouverture.file;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Coverage-guided search for a GGUF file that the reader neither opens soundly nor refuses. Fuzzes where the
/// environment has JAZZER_FUZZ=1; otherwise it replays the files in `GgufFuzzTestInputs`.
class GgufFuzzTest {
    @FuzzTest(maxDuration = "4m")
    void anyBytes(byte[] file) {
        Soundness.ofGguf(file);
    }
}
