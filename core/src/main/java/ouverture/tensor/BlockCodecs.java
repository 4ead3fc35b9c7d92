package ouverture.tensor;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ouverture.error.UnsupportedModelException;

/// The list of all codecs.
final class BlockCodecs {
    private static final Map<DType, BlockCodec> ALL = Stream.of(
                    new PlainCodecs.F32(),
                    new PlainCodecs.F16(),
                    new PlainCodecs.Bf16(),
                    new BlockwiseCodec(DType.Q4_0, LegacyCodecs::decodeQ4s0, LegacyCodecs::encodeQ4s0),
                    new BlockwiseCodec(DType.Q4_1, LegacyCodecs::decodeQ4s1, LegacyCodecs::encodeQ4s1),
                    new BlockwiseCodec(DType.Q5_0, LegacyCodecs::decodeQ5s0, LegacyCodecs::encodeQ5s0),
                    new BlockwiseCodec(DType.Q5_1, LegacyCodecs::decodeQ5s1, LegacyCodecs::encodeQ5s1),
                    new BlockwiseCodec(DType.Q8_0, LegacyCodecs::decodeQ8s0, LegacyCodecs::encodeQ8s0))
            .collect(Collectors.toMap(
                    BlockCodec::type, codec -> codec, (first, second) -> first, () -> new EnumMap<>(DType.class)));

    private BlockCodecs() {}

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
