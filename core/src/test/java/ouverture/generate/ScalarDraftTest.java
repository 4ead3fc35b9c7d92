package ouverture.generate;

import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.ScalarKernelsProvider;

final class ScalarDraftTest extends DraftContract {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return new ScalarKernelsProvider().create(options);
    }
}
