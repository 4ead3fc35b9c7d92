package ouverture;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import ouverture.error.ResourceException;
import ouverture.tensor.KernelsProvider;

/// The kernel sets on this machine.
public final class KernelSets {
    /// Stands for the fastest usable kernel set that is not reserved for those who ask for it.
    public static final String AUTO = "auto";

    private KernelSets() {}

    /// Every kernel set that is installed, usable or not, the fastest first.
    public static List<KernelsProvider> all() {
        return ServiceLoader.load(KernelsProvider.class, KernelSets.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(KernelsProvider::rank).reversed())
                .toList();
    }

    /// The kernel set of a name, or the fastest usable one for `auto`.
    ///
    /// @throws ResourceException if there is none of that name, or it cannot run here
    public static KernelsProvider choose(String name) {
        return choose(name, all());
    }

    /// @param all to choose from, the fastest first
    static KernelsProvider choose(String name, List<KernelsProvider> all) {
        for (KernelsProvider provider : all) {
            Optional<String> reason = provider.unusable();
            if (name.equals(AUTO) && reason.isEmpty() && provider.reserved().isEmpty()) {
                return provider;
            }
            if (name.equals(provider.name())) {
                if (reason.isPresent()) {
                    throw new ResourceException("The kernels \"" + name + "\" cannot run here: " + reason.get());
                }
                return provider;
            }
        }
        String names = all.stream().map(KernelsProvider::name).collect(Collectors.joining(", "));
        throw new ResourceException(
                "There are no kernels named \"" + name + "\"; choose auto or one of these: " + names + ".");
    }
}
