package ouverture.kernels.jit;

import ouverture.AdapterContract;

final class JitAdapterTest extends AdapterContract {
    JitAdapterTest() {
        super("jit");
    }
}
