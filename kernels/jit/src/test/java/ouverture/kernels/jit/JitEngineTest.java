package ouverture.kernels.jit;

import ouverture.EngineContract;

final class JitEngineTest extends EngineContract {
    JitEngineTest() {
        super("jit");
    }
}
