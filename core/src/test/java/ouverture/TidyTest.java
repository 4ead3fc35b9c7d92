package ouverture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// The rules of STYLE.md that a machine can read off the sources of all modules.
class TidyTest {
    private static final int COLUMNS = 120;
    private static final int METHOD_LINES = 70;
    private static final int PARAMETERS = 7;

    private static final Pattern LOOSE_END = Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b");
    private static final Pattern GETTER = Pattern.compile("get[A-Z].*");
    private static final Pattern STANDARD_STREAM = Pattern.compile("\\bSystem\\.(out|err|in)\\b");

    private static final Path ROOT = root();
    private static final List<Path> SOURCES = sources();

    @Test
    void filesAreShort() {
        assertThat(SOURCES.stream()
                        .map(source -> {
                            int lines = lines(source).size();
                            return lines > limit(source) ? source + " has " + lines + " lines" : "";
                        })
                        .filter(violation -> !violation.isEmpty()))
                .isEmpty();
    }

    private static int limit(Path source) {
        if (source.toString().contains("/model/family/") && inMain(source)) {
            return 200;
        }
        return source.startsWith("kernels") ? 800 : 500;
    }

    @Test
    void linesFitAndHoldNothingInvisible() {
        assertThat(violations((line, _) -> {
                    if (line.codePointCount(0, line.length()) > COLUMNS) {
                        return "is longer than " + COLUMNS + " columns";
                    }
                    return line.codePoints().anyMatch(TidyTest::isInvisible) ? "has an invisible character" : "";
                }))
                .isEmpty();
    }

    private static boolean isInvisible(int character) {
        return character != ' '
                && switch (Character.getType(character)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.SPACE_SEPARATOR,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> true;
                    default -> false;
                };
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(violations((line, source) -> {
                    boolean self = source.endsWith("TidyTest.java");
                    return !self && LOOSE_END.matcher(line).find() ? "leaves work for later" : "";
                }))
                .isEmpty();
    }

    @Test
    void modulesKeepToTheirTrade() {
        assertThat(violations((line, source) -> {
                    if (line.startsWith("import jdk.incubator") && !source.startsWith("kernels/vector")) {
                        return "imports the Vector API outside kernels/vector";
                    }
                    boolean mayPrint = !inMain(source)
                            || Stream.of("cli", "tools", "benchmarks").anyMatch(source::startsWith);
                    boolean prints = STANDARD_STREAM.matcher(line).find();
                    return prints && !mayPrint ? "uses a standard stream outside the programs" : "";
                }))
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIs() {
        assertThat(SOURCES.stream()
                        .filter(TidyTest::inMain)
                        .filter(source -> source.toString().contains("/ouverture/"))
                        .map(Path::getParent)
                        .distinct()
                        .filter(folder -> !Files.exists(ROOT.resolve(folder).resolve("package-info.java"))))
                .isEmpty();
    }

    @Test
    void everyFolderSaysWhatItIs() {
        assertThat(Stream.of(
                                "",
                                "core",
                                "kernels",
                                "server",
                                "train",
                                "recipes",
                                "default-model",
                                "cli",
                                "clients",
                                "docs",
                                "tools")
                        .filter(folder -> !Files.exists(ROOT.resolve(folder).resolve("README.md"))))
                .isEmpty();
    }

    @Test
    void methodsAreShortAndTakeFewParameters() throws IOException {
        List<String> violations = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null,
                    files,
                    null,
                    List.of("-proc:none"),
                    null,
                    files.getJavaFileObjectsFromPaths(
                            SOURCES.stream().map(ROOT::resolve).toList()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Methods(unit, positions, violations).scan(unit, null);
            }
        }
        assertThat(violations).isEmpty();
    }

    /// Collects what is wrong with the methods of one file.
    private static final class Methods extends TreePathScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> violations;

        Methods(CompilationUnitTree unit, SourcePositions positions, List<String> violations) {
            this.unit = unit;
            this.positions = positions;
            this.violations = violations;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            LineMap map = unit.getLineMap();
            long first = map.getLineNumber(positions.getStartPosition(unit, method));
            long lines = map.getLineNumber(positions.getEndPosition(unit, method)) - first + 1;
            String name = method.getName().toString();
            boolean overrides = method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
            if (lines > METHOD_LINES) {
                report(first, name + " has " + lines + " lines");
            }
            if (method.getParameters().size() > PARAMETERS && !overrides && !isRecordConstructor(name)) {
                report(first, name + " has " + method.getParameters().size() + " parameters");
            }
            if (GETTER.matcher(name).matches() && method.getParameters().isEmpty() && !overrides) {
                report(first, name + " is an accessor with get in its name");
            }
            return super.visitMethod(method, null);
        }

        private boolean isRecordConstructor(String name) {
            return name.equals("<init>")
                    && getCurrentPath().getParentPath().getLeaf() instanceof ClassTree type
                    && type.getKind() == Tree.Kind.RECORD;
        }

        private void report(long line, String what) {
            Path file = ROOT.relativize(Path.of(unit.getSourceFile().toUri()));
            violations.add(file + ":" + line + ": " + what);
        }
    }

    /// Says of each line of each source that the check finds fault with, where it is and why.
    private static List<String> violations(BiFunction<String, Path, String> check) {
        List<String> violations = new ArrayList<>();
        for (Path source : SOURCES) {
            List<String> lines = lines(source);
            IntStream.range(0, lines.size()).forEach(i -> {
                String fault = check.apply(lines.get(i), source);
                if (!fault.isEmpty()) {
                    violations.add(source + ":" + (i + 1) + ": " + fault);
                }
            });
        }
        return violations;
    }

    private static boolean inMain(Path source) {
        return source.toString().contains("src/main/");
    }

    private static List<String> lines(Path source) {
        try {
            return Files.readAllLines(ROOT.resolve(source));
        } catch (IOException e) {
            throw new AssertionError("cannot read " + source, e);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = java.util.Objects.requireNonNull(folder.getParent(), "not in a checkout");
        }
        return folder;
    }

    /// The Java files of all modules, relative to the checkout.
    private static List<Path> sources() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.map(ROOT::relativize)
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().matches("(.*/)?(target|\\.build)/.*"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError("cannot list the sources", e);
        }
    }
}
