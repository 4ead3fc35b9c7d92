package ouverture.train.gradient;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Tensor;

/// The gradients of tensors, found by where the tensors lie: a view of a tensor has the same view of its
/// gradient.
final class AddressMap {
    private record Entry(Tensor tensor, Tensor gradient) {}

    private final TreeMap<Long, Entry> entries = new TreeMap<>();

    /// @param gradient as many F32 as the tensor has
    void put(Tensor tensor, Tensor gradient) {
        entries.put(tensor.data().address(), new Entry(tensor, gradient));
    }

    /// The gradient of a tensor or of a part of one, in its shape; null if there is none.
    @Nullable
    Tensor gradient(Tensor view) {
        long address = view.data().address();
        Map.Entry<Long, Entry> floor = entries.floorEntry(address);
        if (floor == null) {
            return null;
        }
        Entry entry = floor.getValue();
        long offset = address - floor.getKey();
        if (offset + view.bytes() > entry.tensor.bytes()) {
            return null;
        }
        return new Tensor(
                view.name(),
                view.type(),
                view.planes(),
                view.rows(),
                view.columns(),
                entry.gradient.data().asSlice(offset, view.bytes()));
    }

    void clear() {
        entries.clear();
    }
}
