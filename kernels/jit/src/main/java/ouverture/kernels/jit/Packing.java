package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R11;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.R9;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Packs one strip of weights: see [PackedFormat]. What would be rows behind the last is left as it is. Meanwhile the
/// next strip is asked of the memory, line by line, which the processor would not foresee from 16 rows that are read at
/// once.
///
/// Arguments: the first row, the strip, number of rows, blocks of a row, bytes from one row to the next.
record Packing(PackedFormat format) implements Routine {
    private static final int CACHE_LINE = 64;

    @Override
    public String name() {
        return "packing of " + format.type();
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        assembler.multiply(R9, R8, Strips.ROWS);
        assembler.add(R9, RDI);
        Assembler.Label block = assembler.here();
        assembler.move(R10, RDI);
        assembler.move(R11, 0);
        Assembler.Label row = assembler.here();
        for (int line = 0; line < format.type().blockBytes(); line += CACHE_LINE) {
            assembler.prefetch(Memory.at(R9, line));
        }
        assembler.add(R9, format.type().blockBytes());
        int to = 0;
        for (PackedFormat.Piece piece : format.pieces()) {
            for (int i = 0; i < piece.count(); i++) {
                assembler.load(RAX, Memory.at(R10, piece.offset() + i * piece.bytes()), piece.bytes());
                assembler.storeLowest(Memory.at(RSI, R11, piece.bytes(), to), piece.bytes());
                to += Strips.ROWS * piece.bytes();
            }
        }
        assembler.add(R10, R8);
        assembler.add(R11, 1);
        assembler.compare(R11, RDX);
        assembler.jumpIfLess(row);
        assembler.add(RDI, format.type().blockBytes());
        assembler.add(RSI, format.blockBytes());
        assembler.subtract(RCX, 1);
        assembler.jumpIfNotZero(block);
        assembler.leave();
    }
}
