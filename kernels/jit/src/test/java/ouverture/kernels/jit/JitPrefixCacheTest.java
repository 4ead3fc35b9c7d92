package ouverture.kernels.jit;

import ouverture.PrefixCacheContract;

final class JitPrefixCacheTest extends PrefixCacheContract {
    JitPrefixCacheTest() {
        super("jit");
    }
}
