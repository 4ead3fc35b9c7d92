package ouverture.file;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Coverage-guided search for a safetensors file that the reader neither opens soundly nor refuses, by its
/// header alone and as the weights of a model. Fuzzes where the environment has JAZZER_FUZZ=1; otherwise it
/// replays the files in `SafetensorsFuzzTestInputs`.
class SafetensorsFuzzTest {
    @FuzzTest(maxDuration = "4m")
    void anyBytes(byte[] file) {
        Soundness.ofSafetensors(file);
    }

    @FuzzTest(maxDuration = "4m")
    void anyWeightsOfAModel(byte[] file) {
        Soundness.ofWeights(file);
    }
}
