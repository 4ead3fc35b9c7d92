package ouverture;

final class ScalarPrefixCacheTest extends PrefixCacheContract {
    ScalarPrefixCacheTest() {
        super("scalar");
    }
}
