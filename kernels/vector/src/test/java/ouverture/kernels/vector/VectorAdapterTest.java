package ouverture.kernels.vector;

import ouverture.AdapterContract;

final class VectorAdapterTest extends AdapterContract {
    VectorAdapterTest() {
        super("vector");
    }
}
