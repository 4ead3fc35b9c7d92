package ouverture.kernels.vector;

import ouverture.generate.DraftContract;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;

final class VectorDraftTest extends DraftContract {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return new VectorKernelsProvider().create(options);
    }
}
