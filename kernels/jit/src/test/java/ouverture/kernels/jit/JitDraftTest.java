package ouverture.kernels.jit;

import ouverture.generate.DraftContract;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;

final class JitDraftTest extends DraftContract {
    @Override
    protected Kernels kernels(KernelsOptions options) {
        return new JitKernelsProvider().create(options);
    }
}
