package ouverture;

/// What an engine has loaded.
///
/// @param name as the file calls the model, or the file's name
/// @param architecture of the network, in GGUF's names
/// @param parameters number of weights
/// @param weightBytes bytes of the weights in their file
/// @param weightBytesPerToken bytes of weights that computing one token reads: of a mixture, those of the
///     experts that one token goes to
/// @param contextLength longest sequence that the network was made for, in tokens
/// @param cachePositions positions that the engine's cache has room for
/// @param cacheBytes bytes of the key/value cache
/// @param vocabularySize number of logits
/// @param layers number of blocks
/// @param kernels name of the kernel set in use
/// @param threads compute threads in use
/// @param hasTokenizer whether the file has a tokenizer: without one, only token ids go in and out
/// @param hasChatTemplate whether the file has a chat template: without one, only texts can be continued
/// @param hasThoughts whether the chat template knows thoughts
public record ModelInfo(
        String name,
        String architecture,
        long parameters,
        long weightBytes,
        long weightBytesPerToken,
        int contextLength,
        int cachePositions,
        long cacheBytes,
        int vocabularySize,
        int layers,
        String kernels,
        int threads,
        boolean hasTokenizer,
        boolean hasChatTemplate,
        boolean hasThoughts) {}
