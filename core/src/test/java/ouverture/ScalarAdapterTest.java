package ouverture;

final class ScalarAdapterTest extends AdapterContract {
    ScalarAdapterTest() {
        super("scalar");
    }
}
