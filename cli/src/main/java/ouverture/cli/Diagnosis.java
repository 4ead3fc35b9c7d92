package ouverture.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.KernelSets;
import ouverture.tensor.KernelsProvider;
import ouverture.tensor.PackedFolder;

/// What `doctor` found; the names of its parts are those of `--json`.
///
/// @param kernels the fastest first
/// @param defaultThreads compute threads unless `--threads` says otherwise
/// @param packed weights that `--repack disk` has kept
/// @param advice what makes Ouverture slow here and what to do about it, a sentence each; empty if nothing does
record Diagnosis(
        Jvm java, Machine machine, List<KernelSet> kernels, int defaultThreads, Packed packed, List<String> advice) {
    private static final long LITTLE_MEMORY = 2L << 30;

    /// The Java virtual machine that runs this process.
    ///
    /// @param mode `mixed mode`, or that it only interprets
    /// @param heapBytes that Java's own objects may take; weights and caches are outside of it
    /// @param aotCache file with classes loaded and linked ahead of time (JEP 483, 514); null if none was given
    /// @param aotCacheUsed whether that file fits this JVM and serves
    record Jvm(
            String version,
            String vendor,
            String home,
            String mode,
            long heapBytes,
            @Nullable String aotCache,
            boolean aotCacheUsed) {
        private static Jvm here() {
            String mode = System.getProperty("java.vm.info", "unknown");
            String cache = aotCacheFlag();
            return new Jvm(
                    Runtime.version().toString(),
                    System.getProperty("java.vendor", "unknown"),
                    System.getProperty("java.home", "unknown"),
                    mode,
                    Runtime.getRuntime().maxMemory(),
                    cache,
                    // A cache that does not fit is left out silently; the JVM then says that it shares nothing.
                    cache != null && mode.contains("sharing"));
        }

        private static @Nullable String aotCacheFlag() {
            HotSpotDiagnosticMXBean hotspot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (hotspot == null) {
                return null;
            }
            try {
                String file = hotspot.getVMOption("AOTCache").getValue();
                return file == null || file.isEmpty() ? null : file;
            } catch (IllegalArgumentException e) {
                return null; // A JVM without that option.
            }
        }
    }

    /// A kernel set that is installed.
    ///
    /// @param chosen whether `--kernels auto` takes it
    /// @param unusable why it cannot run here and what to do, one sentence; null if it can
    /// @param reserved why it runs only if `--kernels` names it, one sentence; null if it need not be named
    record KernelSet(
            String name,
            boolean chosen,
            @Nullable String unusable,
            @Nullable String reserved) {}

    /// Packed weights on the disk.
    ///
    /// @param files one for each model
    /// @param bytes that these files take at most
    /// @param limitBytes that they may take together
    record Packed(String folder, int files, long bytes, long limitBytes) {
        private static Packed of(PackedFolder folder) throws IOException {
            PackedFolder.Contents contents = folder.contents();
            return new Packed(folder.path().toString(), contents.files(), contents.bytes(), folder.limitBytes());
        }
    }

    Diagnosis {
        kernels = List.copyOf(kernels);
        advice = List.copyOf(advice);
    }

    /// Examines this process and its computer.
    ///
    /// @throws IOException if the folder of packed weights cannot be read
    static Diagnosis here() throws IOException {
        return of(Jvm.here(), Machine.here(), KernelSets.all(), Packed.of(EngineFlags.packedFolder()));
    }

    /// Judges what was found.
    ///
    /// @param providers the fastest first
    static Diagnosis of(Jvm java, Machine machine, List<KernelsProvider> providers, Packed packed) {
        List<KernelSet> kernels = new ArrayList<>();
        boolean found = false;
        for (KernelsProvider provider : providers) {
            @Nullable String unusable = provider.unusable().orElse(null);
            @Nullable String reserved = unusable == null ? provider.reserved().orElse(null) : null;
            boolean serves = unusable == null && reserved == null;
            kernels.add(new KernelSet(provider.name(), serves && !found, unusable, reserved));
            found |= serves;
        }
        return new Diagnosis(java, machine, kernels, machine.processors(), packed, advice(java, machine, kernels));
    }

    private static List<String> advice(Jvm java, Machine machine, List<KernelSet> kernels) {
        List<String> advice = new ArrayList<>();
        for (KernelSet kernel : kernels) {
            if (kernel.chosen && kernel.name.equals("scalar")) {
                advice.add(
                        "Only the scalar kernels run, which are made to be right and not to be fast: answers take ten"
                                + " times as long or more. The list of kernels says what the faster ones lack.");
            }
        }
        if (java.mode.contains("interpreted")) {
            advice.add("Java only interprets (-Xint), which is a hundred times slower; leave that option out.");
        }
        if (!java.aotCacheUsed) {
            advice.add(
                    java.aotCache == null
                            ? "There is no AOT cache, so each start takes some tenths of a second longer; ./ouverture"
                                    + " makes one when it builds."
                            : "The AOT cache does not fit this Java, so each start takes some tenths of a second"
                                    + " longer; delete " + java.aotCache + " and start ./ouverture again.");
        }
        if (machine.processors() < machine.cores()) {
            advice.add("This process may use " + machine.processors() + " of " + machine.cores()
                    + " cores: a container, taskset or -XX:ActiveProcessorCount limits it.");
        }
        if (machine.memoryLimited()) {
            advice.add("A container limits memory to " + Units.bytes(machine.memoryBytes())
                    + "; weights beyond that are read from the disk again for each token.");
        }
        if (machine.availableBytes() < LITTLE_MEMORY) {
            advice.add("Only " + Units.bytes(machine.availableBytes())
                    + " of memory are available: end other programs before loading a large model.");
        }
        return advice;
    }

    private static String state(KernelSet kernel) {
        if (kernel.unusable != null) {
            return "unusable: " + kernel.unusable;
        }
        if (kernel.reserved != null) {
            return "usable, with --kernels " + kernel.name + " only: " + kernel.reserved;
        }
        return kernel.chosen ? "usable, chosen" : "usable";
    }

    /// The report for people.
    String page() {
        StringBuilder page = new StringBuilder();
        Table table = new Table("", "ll")
                .row("Java", java.version + ", " + java.vendor)
                .row("", java.home)
                .row("", java.mode + ", heap up to " + Units.bytes(java.heapBytes))
                .row(
                        "AOT cache",
                        java.aotCache == null
                                ? "none"
                                : java.aotCache + (java.aotCacheUsed ? "" : ", does not fit this Java"))
                .row("System", machine.system() + ", " + machine.architecture())
                .row(
                        "Processor",
                        machine.processor()
                                + (machine.cores() > 0 ? ", " + machine.cores() + " cores" : "")
                                + (machine.lastLevelCacheBytes() > 0
                                        ? ", " + Units.bytes(machine.lastLevelCacheBytes()) + " of cache"
                                        : ""))
                .row(
                        "Features",
                        machine.features().isEmpty() ? "not told by the system" : String.join(" ", machine.features()))
                .row(
                        "Memory",
                        Units.bytes(machine.memoryBytes())
                                + (machine.memoryLimited() ? " (container's limit), " : ", ")
                                + Units.bytes(machine.availableBytes()) + " available")
                .row("Huge pages", machine.hugePages())
                .row(
                        "Packed",
                        Units.bytes(packed.bytes) + " of weights on the disk, at most "
                                + Units.bytes(packed.limitBytes))
                .row("", packed.folder)
                .row("Threads", defaultThreads + " unless --threads says otherwise");
        table.appendTo(page);
        page.append("\nKernels\n");
        Table sets = new Table("  ", "ll");
        for (KernelSet kernel : kernels) {
            sets.row(kernel.name, state(kernel));
        }
        sets.appendTo(page);
        page.append("\nAdvice\n");
        Table sentences = new Table("  ", "l");
        advice.forEach(sentences::row);
        if (advice.isEmpty()) {
            sentences.row("Nothing here slows Ouverture down that it knows of.");
        }
        sentences.appendTo(page);
        return page.toString();
    }
}
