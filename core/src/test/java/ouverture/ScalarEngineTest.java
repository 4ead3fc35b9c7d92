package ouverture;

final class ScalarEngineTest extends EngineContract {
    ScalarEngineTest() {
        super("scalar");
    }
}
