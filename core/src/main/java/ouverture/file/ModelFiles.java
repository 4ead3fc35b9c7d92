package ouverture.file;
import java.nio.file.Path;
final class ModelFiles { static ModelFile open(Path p) { return GgufFile.open(p);} }
