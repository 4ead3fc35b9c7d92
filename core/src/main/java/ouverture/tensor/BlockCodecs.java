package ouverture.tensor;

import java.util.EnumMap;
import java.util.Map;
import ouverture.error.UnsupportedModelException;

/// The list of all codecs.
final class BlockCodecs {
    private static final Map<DType, BlockCodec> ALL = byType(
            new PlainCodecs.F32(),
            new PlainCodecs.F16(),
            new PlainCodecs.Bf16(),
            new BlockwiseCodec(DType.Q4_0, LegacyCodecs::decodeQ4s0, LegacyCodecs::encodeQ4s0),
            new BlockwiseCodec(DType.Q4_1, LegacyCodecs::decodeQ4s1, LegacyCodecs::encodeQ4s1),
            new BlockwiseCodec(DType.Q5_0, LegacyCodecs::decodeQ5s0, LegacyCodecs::encodeQ5s0),
            new BlockwiseCodec(DType.Q5_1, LegacyCodecs::decodeQ5s1, LegacyCodecs::encodeQ5s1),
            new BlockwiseCodec(DType.Q8_0, LegacyCodecs::decodeQ8s0, LegacyCodecs::encodeQ8s0),
            new BlockwiseCodec(DType.Q2_K, KQuantCodecs::decodeQ2, KQuantEncoders::encodeQ2),
            new BlockwiseCodec(DType.Q3_K, KQuantCodecs::decodeQ3, KQuantEncoders::encodeQ3),
            new BlockwiseCodec(DType.Q4_K, KQuantCodecs::decodeQ4, KQuantEncoders::encodeQ4),
            new BlockwiseCodec(DType.Q5_K, KQuantCodecs::decodeQ5, KQuantEncoders::encodeQ5),
            new BlockwiseCodec(DType.Q6_K, KQuantCodecs::decodeQ6, KQuantEncoders::encodeQ6),
            new BlockwiseCodec(DType.IQ4_NL, FourBitCodecs::decodeIq4Nl, FourBitCodecs::encodeIq4Nl),
            new BlockwiseCodec(DType.IQ4_XS, FourBitCodecs::decodeIq4Xs, FourBitCodecs::encodeIq4Xs),
            new BlockwiseCodec(DType.MXFP4, FourBitCodecs::decodeMxfp4, FourBitCodecs::encodeMxfp4),
            new BlockwiseCodec(DType.NVFP4, FourBitCodecs::decodeNvfp4, FourBitCodecs::encodeNvfp4),
            new BlockwiseCodec(DType.TQ1_0, TernaryCodecs::decodeTq1, TernaryCodecs::encodeTq1),
            new BlockwiseCodec(DType.TQ2_0, TernaryCodecs::decodeTq2, TernaryCodecs::encodeTq2),
            new BlockwiseCodec(DType.IQ2_XXS, CodebookCodecs::decodeIq2Xxs, null),
            new BlockwiseCodec(DType.IQ2_XS, CodebookCodecs::decodeIq2Xs, null),
            new BlockwiseCodec(DType.IQ2_S, CodebookCodecs::decodeIq2S, null),
            new BlockwiseCodec(DType.IQ3_XXS, CodebookCodecs::decodeIq3Xxs, null),
            new BlockwiseCodec(DType.IQ3_S, CodebookCodecs::decodeIq3S, null),
            new BlockwiseCodec(DType.IQ1_S, CodebookCodecs::decodeIq1S, null),
            new BlockwiseCodec(DType.IQ1_M, CodebookCodecs::decodeIq1M, null));

    private BlockCodecs() {}

    private static Map<DType, BlockCodec> byType(BlockCodec... codecs) {
        Map<DType, BlockCodec> map = new EnumMap<>(DType.class);
        for (BlockCodec codec : codecs) {
            map.put(codec.type(), codec);
        }
        return map;
    }

    static BlockCodec of(DType type) {
        BlockCodec codec = ALL.get(type);
        if (codec == null) {
            throw new UnsupportedModelException("weights in the number format " + type
                    + " cannot be read by this build; use a file of the same model in one of " + ALL.keySet());
        }
        return codec;
    }

    static boolean supports(DType type) {
        return ALL.containsKey(type);
    }
}
