package ouverture.kernels.vector;

import ouverture.PrefixCacheContract;

final class VectorPrefixCacheTest extends PrefixCacheContract {
    VectorPrefixCacheTest() {
        super("vector");
    }
}
