package ouverture.file;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Tells the system which pages of a mapped file will be needed and which not (`madvise`, POSIX and Linux manual
/// pages). Advice changes speed and memory, never content; advice that the system refuses is as good as none.
public final class MappedPages {
    private static final int RANDOM = 1;
    private static final int WILL_NEED = 3;
    private static final int DO_NOT_NEED = 4;
    /// Reading a page maps neighbours that lie in memory already, up to so many bytes (Linux:
    /// `fault_around_bytes`).
    private static final long MAPPED_AROUND = 64 << 10;

    private final MethodHandle madvise;
    private final long pageSize;

    private MappedPages(MethodHandle madvise, long pageSize) {
        this.madvise = madvise;
        this.pageSize = pageSize;
    }

    /// The system's way of taking advice; empty where it is not Linux or native calls are not allowed
    /// (`--illegal-native-access=deny`).
    @SuppressWarnings("restricted") // the two calls have the signatures of POSIX and take checked ranges only
    public static Optional<MappedPages> find() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return Optional.empty();
        }
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup library = linker.defaultLookup();
            MethodHandle pageSize =
                    linker.downcallHandle(library.findOrThrow("getpagesize"), FunctionDescriptor.of(JAVA_INT));
            MethodHandle madvise = linker.downcallHandle(
                    library.findOrThrow("madvise"), FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
            return Optional.of(new MappedPages(madvise, (int) pageSize.invokeExact()));
        } catch (IllegalCallerException | UnsupportedOperationException | java.util.NoSuchElementException e) {
            return Optional.empty();
        } catch (Throwable e) {
            throw new AssertionError("getpagesize takes and throws nothing", e);
        }
    }

    /// The range will be read here and there: what lies beside a page that is read is not to be read as well.
    public void random(MemorySegment range) {
        advise(range, RANDOM);
    }

    /// The range will be read soon: its pages are fetched from now on, without waiting for them.
    public void fetch(MemorySegment range) {
        advise(range, WILL_NEED);
    }

    /// A part of a range will not be read for long: its pages leave this process's memory. Reading them
    /// nevertheless fetches them again, as it does with what the system mapped around them and leaves too.
    ///
    /// @param offset first byte of the part in the range
    /// @param bytes length of the part
    public void drop(MemorySegment range, long offset, long bytes) {
        long from = Math.max(0, offset - MAPPED_AROUND);
        long to = Math.min(range.byteSize(), offset + bytes + MAPPED_AROUND);
        advise(range.asSlice(from, to - from), DO_NOT_NEED);
    }

    /// Advice for whole pages: those that belong to the range in part too.
    private void advise(MemorySegment range, int advice) {
        if (!range.isMapped()) {
            return;
        }
        long from = range.address() / pageSize * pageSize;
        long to = range.address() + range.byteSize();
        try {
            int result = (int) madvise.invokeExact(MemorySegment.ofAddress(from), to - from, advice);
            assert result <= 0 : "madvise returned " + result;
        } catch (Throwable e) {
            throw new AssertionError("madvise throws nothing", e);
        }
    }
}
