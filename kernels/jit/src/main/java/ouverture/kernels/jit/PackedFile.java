package ouverture.kernels.jit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.PackedFolder;
import ouverture.tensor.PackedStore;
import ouverture.tensor.Tensor;

/// Packed weights of a model file, kept in a file of their own that is mapped read-only.
///
/// Numbers are little-endian. The header has 8 letters, the version, 32 bytes of [PackedIdentity] and the
/// CRC-32C of these 44 bytes. From [PackedPlan#CHECKS] on there are 8 bytes for each strip: its CRC-32C below
/// [#PRESENT], or zero as long as it is missing; then the strips, where [PackedPlan] says. A strip is multiplied
/// with only if its check is there and right, so it does not matter when a process or the computer stops, and
/// what has reached the disk by then. The file has its whole length from the beginning and is never shortened;
/// what is missing takes no room on the disk. A file that does not serve is replaced: processes that have it
/// mapped keep it.
final class PackedFile implements AutoCloseable {
    /// Counts up whenever packed weights or this file are laid out differently.
    static final int VERSION = 1;

    static final int HEADER_BYTES = 48;

    private static final byte[] LETTERS = {'O', 'U', 'V', 'P', 'A', 'C', 'K', '\n'};
    private static final long PRESENT = 0x5354_5249L << 32;

    /// What must stay free of the disk.
    private static final long SPARE_BYTES = 1L << 30;

    private static final ValueLayout.OfLong CHECK = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final Path path;
    private final PackedPlan plan;
    private final PackedIdentity identity;
    private final FileChannel channel;
    private final Output output;
    private final MemorySegment mapped;
    private final Arena arena;
    private final Consumer<String> notices;

    /// Whether this process writes; null as long as it has not tried to. Of the thread that writes.
    private @Nullable Boolean writes;

    private volatile boolean saidDamaged;

    /// How files are written: as [FileChannel#write(ByteBuffer, long)] does.
    interface Output {
        int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException;
    }

    @SuppressWarnings("MustBeClosedChecker") // the file owns the arena
    private PackedFile(
            Opened opened,
            String name,
            PackedPlan plan,
            PackedIdentity identity,
            Consumer<String> notices,
            Output output)
            throws IOException {
        this.name = name;
        path = opened.path;
        channel = opened.channel;
        this.output = output;
        this.plan = plan;
        this.identity = identity;
        this.notices = notices;
        writes = opened.writable ? null : Boolean.FALSE;
        arena = Arena.ofShared();
        mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, plan.bytes(), arena);
        SystemPages.useHugePages(mapped); // also where they are read from the disk again
    }

    private record Opened(Path path, FileChannel channel, boolean writable) {}

    /// Opens the file of a source, or makes it.
    ///
    /// @param set for whose products weights are packed
    /// @return nothing if there is nothing to keep or no room; notices say why
    static Optional<PackedFile> open(PackedStore store, PackedStore.Source source, InstructionSet set, Output output) {
        PackedPlan plan = new PackedPlan(source, set);
        if (plan.isEmpty()) {
            return Optional.empty();
        }
        PackedFolder folder = store.folder();
        Consumer<String> notices = store.notices();
        FileChannel channel = null;
        try {
            PackedIdentity identity = new PackedIdentity(source, set.isArm() ? set.name() : "x86-64");
            Path path = folder.path().resolve(fileName(source.name(), identity));
            byte[] header = header(identity);
            Opened opened = find(path, header, plan.bytes(), source.name(), notices);
            if (opened == null) {
                opened = create(path, header, plan.bytes(), folder);
            }
            if (opened == null) {
                notices.accept(unkept(source.name()) + folder.path() + " has no room for " + (plan.bytes() >> 20)
                        + " MiB more; they stay in memory.");
                return Optional.empty();
            }
            channel = opened.channel;
            return Optional.of(new PackedFile(opened, source.name(), plan, identity, notices, output));
        } catch (IOException e) {
            close(channel);
            notices.accept(unkept(source.name()) + folder.path() + " cannot be used (" + reason(e)
                    + "); they stay in memory.");
            return Optional.empty();
        }
    }

    private static String unkept(String name) {
        return "Packed weights of " + name + " are not kept on the disk: ";
    }

    private static String reason(IOException failure) {
        return failure instanceof AccessDeniedException ? "access denied" : String.valueOf(failure.getMessage());
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String fileName(String source, PackedIdentity identity) {
        String stem = source.replaceAll("[^A-Za-z0-9._-]", "_");
        String shown = stem.substring(0, Math.min(stem.length(), 80));
        return shown + "-" + HexFormat.of().formatHex(identity.content(), 0, 8) + PackedFolder.SUFFIX;
    }

    private static byte[] header(PackedIdentity identity) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put(LETTERS).putInt(VERSION).put(identity.digest());
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, header.position());
        return header.putInt((int) crc.getValue()).array();
    }

    /// The file that is there, if it serves.
    private static @Nullable Opened find(Path path, byte[] header, long bytes, String name, Consumer<String> notices)
            throws IOException {
        boolean writable = true;
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            return null;
        } catch (AccessDeniedException e) {
            writable = false;
            channel = FileChannel.open(path, StandardOpenOption.READ);
        }
        try {
            String fault = fault(channel, header, bytes);
            if (fault.isEmpty()) {
                if (writable) {
                    Files.setLastModifiedTime(path, FileTime.from(Instant.now())); // used: see PackedFolder
                }
                return new Opened(path, channel, writable);
            }
            notices.accept("Packed weights of " + name + " are made anew: " + fault + ".");
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    /// Why a file does not serve; empty if it does.
    private static String fault(FileChannel channel, byte[] header, long bytes) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (found.hasRemaining() && channel.read(found, found.position()) >= 0) {}
        CRC32C crc = new CRC32C();
        crc.update(found.array(), 0, HEADER_BYTES - Integer.BYTES);
        boolean sound = !found.hasRemaining()
                && Arrays.equals(found.array(), 0, LETTERS.length, LETTERS, 0, LETTERS.length)
                && found.getInt(HEADER_BYTES - Integer.BYTES) == (int) crc.getValue();
        if (!sound) {
            return "the file that kept them is damaged";
        }
        if (found.getInt(LETTERS.length) != VERSION) {
            return "another version of Ouverture packed them";
        }
        if (!Arrays.equals(found.array(), header)) {
            return "the model file has changed since";
        }
        return channel.size() == bytes ? "" : "the file that kept them has another length";
    }

    /// A new file in place of what may be there; null if there is no room. Two processes may do so at once: the
    /// file of the first then has no name any more and is gone when it ends.
    private static @Nullable Opened create(Path path, byte[] header, long bytes, PackedFolder folder)
            throws IOException {
        var ownersFolder = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        var owners = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createDirectories(folder.path(), ownersFolder);
        Files.deleteIfExists(path);
        boolean fits = folder.makeRoom(bytes, path)
                && Files.getFileStore(folder.path()).getUsableSpace() >= bytes + SPARE_BYTES;
        if (!fits) {
            return null;
        }
        Path part = Files.createTempFile(folder.path(), ".", PackedFolder.PART, owners);
        try {
            try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
                file.write(header);
                file.setLength(bytes);
            }
            FileChannel channel = FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE);
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
            return new Opened(path, channel, true);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /// The place of a tensor that was mapped from the source; null if it has none.
    PackedPlan.@Nullable Place find(Tensor weight) {
        return plan.find(weight);
    }

    /// Where a plane's strips are mapped.
    long address(PackedPlan.Place place, int plane) {
        return mapped.address() + place.offset() + (long) plane * place.strips() * place.stripBytes();
    }

    /// Whether all strips of a plane were written.
    boolean isWritten(PackedPlan.Place place, int plane) {
        for (int strip = 0; strip < place.strips(); strip++) {
            if ((check(place, plane, strip) & -1L << 32) != PRESENT) {
                return false;
            }
        }
        return true;
    }

    private long check(PackedPlan.Place place, int plane, int strip) {
        return mapped.get(CHECK, checkOffset(place, plane, strip));
    }

    private static long checkOffset(PackedPlan.Place place, int plane, int strip) {
        return PackedPlan.CHECKS + (place.check() + (long) plane * place.strips() + strip) * Long.BYTES;
    }

    /// Asks the system for all planes that were written, in the file's order: after a start of the computer they
    /// come from the disk faster than strips would one by one.
    ///
    /// @param stops asked before each piece
    void fetch(BooleanSupplier stops) {
        for (PackedPlan.Place place : plan.places()) {
            for (int plane = 0; plane < place.weight().planes(); plane++) {
                long end = address(place, plane) + place.strips() * place.stripBytes();
                long from = address(place, plane) / SystemPages.PAGE * SystemPages.PAGE;
                if (!isWritten(place, plane)) {
                    from = end;
                }
                for (; from < end && !stops.getAsBoolean(); from += PackedPlan.HUGE_PAGE) {
                    SystemPages.fetch(from, Math.min(PackedPlan.HUGE_PAGE, end - from));
                }
            }
        }
    }

    /// Whether a strip is what was written. From any thread.
    boolean isIntact(PackedPlan.Place place, int plane, int strip) {
        long offset = place.offset() + ((long) plane * place.strips() + strip) * place.stripBytes();
        if (check(place, plane, strip) == checkOf(mapped.asSlice(offset, place.stripBytes()))) {
            return true;
        }
        if (!saidDamaged) {
            saidDamaged = true;
            notices.accept("Packed weights of " + name + " are damaged in " + path + "; those are made anew.");
        }
        return false;
    }

    private static long checkOf(MemorySegment strip) {
        CRC32C crc = new CRC32C();
        crc.update(strip.asByteBuffer());
        return PRESENT | crc.getValue();
    }

    /// Writes a plane, in pieces that begin and end where huge pages do: Linux then keeps and maps the file in
    /// such. One thread at a time.
    ///
    /// @param packed all strips
    /// @param stops asked before each piece
    /// @return whether all of it was written
    boolean write(PackedPlan.Place place, int plane, MemorySegment packed, BooleanSupplier stops) {
        if (!writes()) {
            return false;
        }
        try {
            if (!identity.holds()) {
                giveUp("the model file changes while it is read");
                return false;
            }
            ByteBuffer checks = ByteBuffer.allocate(place.strips() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int strip = 0; strip < place.strips(); strip++) {
                checks.putLong(checkOf(packed.asSlice(strip * place.stripBytes(), place.stripBytes())));
            }
            long start = address(place, plane) - mapped.address();
            for (long from = 0; from < packed.byteSize(); ) {
                if (stops.getAsBoolean()) {
                    return false;
                }
                long end = (start + from) / PackedPlan.HUGE_PAGE * PackedPlan.HUGE_PAGE + PackedPlan.HUGE_PAGE;
                long length = Math.min(packed.byteSize() - from, end - start - from);
                write(packed.asSlice(from, length).asByteBuffer(), start + from);
                from += length;
            }
            write(checks.flip(), checkOffset(place, plane, 0));
            return true;
        } catch (IOException e) {
            giveUp(reason(e));
            return false;
        }
    }

    private void write(ByteBuffer bytes, long position) throws IOException {
        for (long at = position; bytes.hasRemaining(); ) {
            at += output.write(channel, bytes, at);
        }
    }

    /// Whether this process is the one that writes: two would do no harm, but the same work.
    @SuppressWarnings("MustBeClosedChecker") // the lock lasts as long as the channel
    private boolean writes() {
        if (writes == null) {
            try {
                FileLock lock = channel.tryLock();
                writes = lock != null;
            } catch (OverlappingFileLockException e) {
                writes = false;
            } catch (IOException e) {
                giveUp(reason(e));
            }
        }
        return Boolean.TRUE.equals(writes);
    }

    private void giveUp(String reason) {
        writes = false;
        notices.accept("No more packed weights of " + name + " are kept in " + path + " (" + reason
                + "); they stay in memory.");
    }

    @Override
    public void close() {
        arena.close();
        close(channel);
    }
}
