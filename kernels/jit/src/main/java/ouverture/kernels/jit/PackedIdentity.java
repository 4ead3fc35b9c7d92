package ouverture.kernels.jit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ouverture.tensor.PackedStore;
import ouverture.tensor.Tensor;

/// Which model file, packed in which form, weights belong to. Two files count as one only if each of their parts
/// has the same length, the same time of its last change to the nanosecond and the same first 64 KiB, and all
/// tensors have the same names, formats, shapes and samples: 256 bytes from the middle and 256 from the end of
/// each. A copy with a time of its own counts as another file. Where a file lies does not matter.
final class PackedIdentity {
    private static final int BEGINNING = 64 << 10;
    private static final int SAMPLE = 256;

    /// Length and last change of a part.
    private record Stamp(long bytes, FileTime changed) {
        static Stamp of(Path file) throws IOException {
            return new Stamp(Files.size(file), Files.getLastModifiedTime(file));
        }
    }

    private final List<Path> files;
    private final List<Stamp> stamps = new ArrayList<>();
    private final byte[] content;
    private final byte[] digest;

    /// @param form in which weights are packed
    /// @throws IOException if a part cannot be read
    PackedIdentity(PackedStore.Source source, String form) throws IOException {
        files = source.files();
        for (Path file : files) {
            stamps.add(Stamp.of(file));
        }
        MessageDigest sha = sha();
        try (DataOutputStream out =
                new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), sha))) {
            text(out, form);
            for (int i = 0; i < files.size(); i++) {
                out.writeLong(stamps.get(i).bytes);
                out.write(beginning(files.get(i)));
            }
            for (Tensor tensor : source.tensors()) {
                tensor(out, tensor);
            }
        }
        content = sha.digest();
        sha.update(content);
        for (Stamp stamp : stamps) {
            ByteBuffer nanos = ByteBuffer.allocate(Long.BYTES).putLong(stamp.changed.to(TimeUnit.NANOSECONDS));
            sha.update(nanos.array());
        }
        digest = sha.digest();
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] beginning(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BEGINNING);
        try (FileChannel channel = FileChannel.open(file)) {
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        }
        return bytes.array();
    }

    private static void tensor(DataOutputStream out, Tensor tensor) throws IOException {
        text(out, tensor.name());
        text(out, tensor.type().name());
        out.writeInt(tensor.planes());
        out.writeInt(tensor.rows());
        out.writeInt(tensor.columns());
        long bytes = tensor.data().byteSize();
        long length = Math.min(SAMPLE, bytes);
        for (long from : new long[] {(bytes - length) / 2, bytes - length}) {
            out.write(tensor.data().asSlice(from, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /// Of everything but the times: files that differ in it have packed files of different names.
    byte[] content() {
        return content.clone();
    }

    /// Of everything.
    byte[] digest() {
        return digest.clone();
    }

    /// Whether the files are still those that they were when this was made. What was read from them before the
    /// question is then their content of that time.
    boolean holds() {
        try {
            for (int i = 0; i < files.size(); i++) {
                if (!Stamp.of(files.get(i)).equals(stamps.get(i))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
