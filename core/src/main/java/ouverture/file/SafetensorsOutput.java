package ouverture.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import ouverture.error.ResourceException;
import ouverture.tensor.DType;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A safetensors file to be written: what [SafetensorsHeader] reads. Source: the format's description
/// (huggingface/safetensors, README).
final class SafetensorsOutput {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int HEADER_ALIGNMENT = 8;

    private final ObjectNode header = JSON.createObjectNode();
    private final List<Elements> parts = new ArrayList<>();
    private long weightBytes;

    SafetensorsOutput() {
        header.putObject("__metadata__").put("format", "pt");
    }

    /// Writes all elements of one tensor.
    @FunctionalInterface
    interface Elements {
        /// @throws ResourceException if they cannot be written, as on a full disk
        void write(AtomicFile file);
    }

    /// Adds a tensor behind the others.
    ///
    /// @param type F32, F16 or BF16
    /// @param shape sizes, outermost first
    void add(String name, DType type, Elements elements, long... shape) {
        ObjectNode node = header.putObject(name);
        node.put("dtype", type.name());
        ArrayNode sizes = node.putArray("shape");
        long count = 1;
        for (long size : shape) {
            sizes.add(size);
            count *= size;
        }
        long end = weightBytes + type.bytes(count);
        node.putArray("data_offsets").add(weightBytes).add(end);
        weightBytes = end;
        parts.add(elements);
    }

    /// How many tensors there are.
    int tensors() {
        return parts.size();
    }

    /// Writes everything, if the disk has room for it.
    ///
    /// @param stopped asked before each tensor: whether the work is to end early
    /// @return whether all of it is written
    /// @throws ResourceException with figures if it does not fit, or if it cannot be written
    boolean write(AtomicFile file, BooleanSupplier stopped) {
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, HEADER_ALIGNMENT) * HEADER_ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.checkSpace(Long.BYTES + padded.length + weightBytes);
        file.write(length.putLong(padded.length).flip());
        file.write(ByteBuffer.wrap(padded));
        for (Elements elements : parts) {
            if (stopped.getAsBoolean()) {
                return false;
            }
            elements.write(file);
        }
        return true;
    }
}
