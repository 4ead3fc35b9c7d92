package ouverture.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A named view on memory, row-major with the last dimension contiguous; never owns what it views.
///
/// @param name as in the model file, or what an intermediate result is called in a trace
/// @param type number format of the elements
/// @param planes matrices that follow each other (experts of a mixture), 1 for a plain matrix or vector
/// @param rows rows of one plane (outputs of a weight, tokens of an activation), 1 for a vector
/// @param columns elements of a row
/// @param data exactly the bytes of the elements
public record Tensor(String name, DType type, int planes, int rows, int columns, MemorySegment data) {
    public Tensor {
        assert planes > 0 && rows >= 0 && columns > 0 : name + " is " + planes + "x" + rows + "x" + columns;
        assert data.byteSize() >= type.bytes((long) planes * rows * columns) : name + " is larger than its memory";
    }

    /// A matrix of `rows` x `columns`.
    public static Tensor matrix(String name, DType type, int rows, int columns, MemorySegment data) {
        return new Tensor(name, type, 1, rows, columns, data);
    }

    /// Number of elements.
    public long size() {
        return (long) planes * rows * columns;
    }

    /// Bytes of one row.
    public long rowBytes() {
        return type.bytes(columns);
    }

    /// Bytes of all elements.
    public long bytes() {
        return type.bytes(size());
    }

    /// Rows `from` to `from + count` of a one-plane tensor.
    public Tensor rows(int from, int count) {
        return new Tensor(name, type, 1, count, columns, data.asSlice(from * rowBytes(), count * rowBytes()));
    }

    /// One of the planes.
    public Tensor plane(int index) {
        long bytes = rows * rowBytes();
        return new Tensor(name, type, 1, rows, columns, data.asSlice(index * bytes, bytes));
    }

    /// The elements of one row of a one-plane F32 tensor, copied.
    public float[] floats(int row) {
        assert type == DType.F32 : name + " holds " + type;
        float[] elements = new float[columns];
        MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, row * rowBytes(), elements, 0, columns);
        return elements;
    }

    /// All elements of an I32 tensor, copied.
    public int[] integers() {
        assert type == DType.I32 : name + " holds " + type;
        return data.asSlice(0, bytes()).toArray(ValueLayout.JAVA_INT);
    }

    /// The same elements seen as `rows` x `columns`.
    public Tensor shaped(int rows, int columns) {
        assert (long) rows * columns == size() : name + " of " + size() + " elements seen as " + rows + "x" + columns;
        return new Tensor(name, type, 1, rows, columns, data);
    }
}
