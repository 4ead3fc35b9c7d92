package ouverture.kernels.jit;

/// Writes the code that multiplies the bytes of a group of columns, which share a scale, and adds them up without
/// rounding: in every instruction set to the same integers.
///
/// Where no instruction adds four products to a sum of 32 bits (VPDPBUSD), the sum of two products has 16 bits
/// (VPMADDUBSW), with saturation, which must not happen: inputs are between -127 and 127, so that it does not as
/// long as the weights' bytes are at most 128. Larger ones are read as signed numbers, of which the magnitudes
/// are multiplied with inputs that take the weights' signs (VPSIGNB).
record GroupSums(ProductTile tile) {
    /// How many sums of two products fit 16 bits together.
    private int sumsOf16Bits() {
        return Short.MAX_VALUE / (2 * tile.format().largest() * Quantisation.LARGEST);
    }

    /// Sets the sums of all vectors and rows of inputs to those of a group.
    void emit(int part, int group) {
        int chunks = tile.format().sums().columns() / Strips.CHUNK;
        int first = group * chunks;
        if (tile.set().addsProductsOfBytes()) {
            begin(part, group);
            for (int chunk = first; chunk < first + chunks; chunk++) {
                addFourProducts(part, chunk);
            }
        } else if (tile.format().isSigned(tile.set())) {
            clear();
            for (int chunk = first; chunk < first + chunks; chunk++) {
                addSignedProducts(part, chunk);
            }
        } else if (sumsOf16Bits() >= chunks) {
            for (int chunk = first; chunk < first + chunks; chunk++) {
                addTwoProducts(part, chunk, chunk == first);
            }
            widen(part, group);
        } else {
            assert sumsOf16Bits() >= 2 : tile.format().name();
            begin(part, group);
            for (int chunk = first; chunk < first + chunks; chunk += 2) {
                addTwoChunks(part, chunk);
            }
        }
    }

    /// Sums begin with what the weights' bytes are too large by.
    private void begin(int part, int group) {
        if (tile.format().sums().asFloats()) {
            clear();
            return;
        }
        for (int t = 0; t < tile.inputs(); t++) {
            for (int v = 0; v < tile.vectors(); v++) {
                emit(Instruction.VPBROADCASTD, tile.sum(v, t), tile.sumOfInput(t, part, group));
            }
        }
    }

    private void clear() {
        for (int t = 0; t < tile.inputs(); t++) {
            for (int v = 0; v < tile.vectors(); v++) {
                emit(Instruction.VPXOR, tile.sum(v, t), tile.sum(v, t), tile.sum(v, t));
            }
        }
    }

    private void addFourProducts(int part, int chunk) {
        readWeights(part, chunk);
        Vector inputs = tile.free();
        for (int t = 0; t < tile.inputs(); t++) {
            emit(Instruction.VPBROADCASTD, inputs, tile.columns(t, part, chunk));
            for (int v = 0; v < tile.vectors(); v++) {
                emit(Instruction.VPDPBUSD, tile.sum(v, t), tile.weights(v), inputs);
            }
        }
    }

    /// Adds to sums of 16 bits.
    private void addTwoProducts(int part, int chunk, boolean first) {
        readWeights(part, chunk);
        Vector inputs = tile.free();
        Vector products = tile.otherFree();
        for (int t = 0; t < tile.inputs(); t++) {
            emit(Instruction.VPBROADCASTD, inputs, tile.columns(t, part, chunk));
            for (int v = 0; v < tile.vectors(); v++) {
                Vector sum = tile.sum(v, t);
                if (first) {
                    emit(Instruction.VPMADDUBSW, sum, tile.weights(v), inputs);
                } else {
                    emit(Instruction.VPMADDUBSW, products, tile.weights(v), inputs);
                    emit(Instruction.VPADDW, sum, sum, products);
                }
            }
        }
    }

    /// Makes sums of 32 bits of those of 16.
    private void widen(int part, int group) {
        boolean isOffset = !tile.format().sums().asFloats();
        for (int t = 0; t < tile.inputs(); t++) {
            if (isOffset) {
                emit(Instruction.VPBROADCASTD, tile.free(), tile.sumOfInput(t, part, group));
            }
            for (int v = 0; v < tile.vectors(); v++) {
                Vector sum = tile.sum(v, t);
                emit(Instruction.VPMADDWD, sum, sum, ones());
                if (isOffset) {
                    emit(Instruction.VPADDD, sum, sum, tile.free());
                }
            }
        }
    }

    /// Adds the products of two chunks together, of one vector after another.
    private void addTwoChunks(int part, int chunk) {
        Vector first = tile.weights(0);
        Vector second = tile.weights(1);
        Vector products = tile.free();
        Vector others = tile.otherFree();
        for (int v = 0; v < tile.vectors(); v++) {
            readWeights(first, v, part, chunk);
            readWeights(second, v, part, chunk + 1);
            for (int t = 0; t < tile.inputs(); t++) {
                emit(Instruction.VPBROADCASTD, products, tile.columns(t, part, chunk));
                emit(Instruction.VPMADDUBSW, products, first, products);
                emit(Instruction.VPBROADCASTD, others, tile.columns(t, part, chunk + 1));
                emit(Instruction.VPMADDUBSW, others, second, others);
                emit(Instruction.VPADDW, products, products, others);
                add(products, tile.sum(v, t));
            }
        }
    }

    private void addSignedProducts(int part, int chunk) {
        Vector weights = tile.weights(0);
        Vector magnitudes = tile.weights(1);
        Vector products = tile.free();
        for (int v = 0; v < tile.vectors(); v++) {
            readWeights(weights, v, part, chunk);
            emit(Instruction.VPABSB, magnitudes, weights);
            for (int t = 0; t < tile.inputs(); t++) {
                emit(Instruction.VPBROADCASTD, products, tile.columns(t, part, chunk));
                emit(Instruction.VPSIGNB, products, products, weights);
                emit(Instruction.VPMADDUBSW, products, magnitudes, products);
                add(products, tile.sum(v, t));
            }
        }
    }

    /// Adds sums of 16 bits to those of 32.
    private void add(Vector products, Vector sum) {
        emit(Instruction.VPMADDWD, products, products, ones());
        emit(Instruction.VPADDD, sum, sum, products);
    }

    /// Ones of 16 bits.
    private Memory ones() {
        return tile.target(0).all(0x00010001);
    }

    private void readWeights(int part, int chunk) {
        for (int v = 0; v < tile.vectors(); v++) {
            readWeights(tile.weights(v), v, part, chunk);
        }
    }

    private void readWeights(Vector to, int vector, int part, int chunk) {
        tile.format().weights(tile.target(vector), to, tile.block(vector), part, chunk, tile.free());
    }

    private void emit(Instruction instruction, Vector to, Vector a, Operand b) {
        tile.assembler().emit(instruction, to, a, b);
    }

    private void emit(Instruction instruction, Vector to, Operand from) {
        tile.assembler().emit(instruction, to, from);
    }
}
