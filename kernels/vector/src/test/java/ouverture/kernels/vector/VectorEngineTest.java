package ouverture.kernels.vector;

import ouverture.EngineContract;

final class VectorEngineTest extends EngineContract {
    VectorEngineTest() {
        super("vector");
    }
}
