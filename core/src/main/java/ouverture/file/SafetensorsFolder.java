package ouverture.file;
import java.nio.file.Path; import java.util.*;  import ouverture.tensor.Tensor;
public final class SafetensorsFolder implements ModelFile {
 public Path path() { throw new Error();} public Metadata metadata() {throw new Error();} public Map<String,Tensor> tensors(){throw new Error();} public Optional<Path> tokenizerJson(){throw new Error();} public void close(){}
}
