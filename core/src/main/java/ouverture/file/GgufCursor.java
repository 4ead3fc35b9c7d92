package ouverture.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;

/// Reads the header of a GGUF file front to back; nothing is read or allocated before the file is known to be
/// long enough for it. Goes through a window on the heap, because a vocabulary is a million tiny reads.
final class GgufCursor {
    /// Several times the largest header in circulation (16 MB: 262 thousand tokens and their merges); a limit on
    /// what a hostile file can make us keep.
    private static final long LONGEST_HEADER = 64L << 20;

    private static final int WINDOW_BYTES = 1 << 18;

    private final String name;
    private final MemorySegment file;
    private final byte[] window;
    private final ByteBuffer view;
    private long windowStart;
    private String place = "the first bytes";

    /// @param name the file's name, for messages
    /// @param file all bytes of the file
    GgufCursor(String name, MemorySegment file) {
        this.name = name;
        this.file = file;
        this.window = new byte[(int) Math.min(WINDOW_BYTES, file.byteSize())];
        this.view = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN);
        view.limit(0);
    }

    /// The file's name, for messages.
    String name() {
        return name;
    }

    /// What is being read, for messages.
    void place(String place) {
        this.place = place;
    }

    /// Bytes read so far.
    long position() {
        return windowStart + view.position();
    }

    /// The bytes from `start` to the position, a view on the file.
    MemorySegment since(long start) {
        return file.asSlice(start, position() - start);
    }

    /// Bytes between the position and the end of the file.
    long remaining() {
        return file.byteSize() - position();
    }

    byte readByte() {
        fill(1);
        return view.get();
    }

    short readShort() {
        fill(2);
        return view.getShort();
    }

    int readInt() {
        fill(4);
        return view.getInt();
    }

    long readLong() {
        fill(8);
        return view.getLong();
    }

    /// A length or number of things, each of at least `bytesEach` bytes.
    ///
    /// @throws ModelFileException if it is negative, above `limit`, or more than the rest of the file can hold
    int readCount(String things, int bytesEach, int limit) {
        long count = readLong();
        if (count < 0 || count > remaining() / bytesEach) {
            throw damaged("claims " + Long.toUnsignedString(count) + " " + things + ", more than the file can hold");
        }
        if (count > limit) {
            throw damaged("has " + count + " " + things + "; at most " + limit + " are accepted");
        }
        require(count * bytesEach);
        return (int) count;
    }

    /// A string of UTF-8; malformed bytes become U+FFFD, since vocabularies of the wild may hold any bytes.
    String readString() {
        int length = readCount("bytes of text", 1, (int) LONGEST_HEADER);
        if (length <= window.length) {
            fill(length);
            String text = new String(window, view.position(), length, StandardCharsets.UTF_8);
            skip(length);
            return text;
        }
        byte[] bytes = copy(position(), length);
        skip(length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// `count` strings, which the file must be known to have room for.
    GgufStrings readStrings(int count) {
        long first = position();
        int[] starts = new int[count + 1];
        for (int i = 0; i < count; i++) {
            int length = readCount("bytes of text", 1, (int) LONGEST_HEADER);
            starts[i] = (int) (position() - first);
            skip(length);
        }
        int length = (int) (position() - first);
        starts[count] = length + Long.BYTES;
        return new GgufStrings(copy(first, length), starts);
    }

    /// The failure "(file): (place) (complaint)." of a sound file.
    UnsupportedModelException unsupported(String complaint) {
        return new UnsupportedModelException(name + ": " + place + " " + complaint + ".");
    }

    /// The failure "(file) is damaged: (place) (complaint)."
    ModelFileException damaged(String complaint) {
        return new ModelFileException(name + " is damaged: " + place + " " + complaint + ".");
    }

    private byte[] copy(long start, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, start, bytes, 0, length);
        return bytes;
    }

    private void skip(int bytes) {
        if (bytes <= view.remaining()) {
            view.position(view.position() + bytes);
        } else {
            windowStart = position() + bytes;
            view.position(0).limit(0);
        }
    }

    private void fill(int bytes) {
        if (view.remaining() >= bytes) {
            return;
        }
        require(bytes);
        long start = position();
        int length = (int) Math.min(window.length, file.byteSize() - start);
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, start, window, 0, length);
        windowStart = start;
        view.position(0).limit(length);
    }

    private void require(long bytes) {
        if (bytes > remaining()) {
            throw new ModelFileException(name + " is truncated: it ends at byte " + file.byteSize() + " inside " + place
                    + "; download or copy it again.");
        }
        if (position() + bytes > LONGEST_HEADER) {
            throw damaged("lies beyond the first " + (LONGEST_HEADER >> 20) + " MiB, where a header must end");
        }
    }
}
