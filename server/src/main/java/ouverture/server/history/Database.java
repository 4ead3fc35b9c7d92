package ouverture.server.history;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.CloseException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import ouverture.error.ResourceException;

/// An SQLite database in a file, with a write-ahead log: one writes at a time, and whoever reads waits for nobody. It
/// is opened when it is needed first, and again after a failure, so that a server outlives the loss of its file.
final class Database implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;
    /// No name of a package, whose files a module would keep from Flyway.
    private static final String MIGRATIONS = "classpath:ouverture/server/history/schema-changes";

    /// Flyway tells of every start; only what is wrong is of interest here.
    private static final Logger FLYWAY = Logger.getLogger("org.flywaydb");

    private final Path file;
    private final long mostBytes;
    private final int patienceMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Jdbi opened;
    private @Nullable Handle writer;

    /// @param folder is made for this user alone if it is not there
    /// @param mostBytes that the file may have
    /// @param patienceMillis for which it waits while another program writes
    Database(Path folder, long mostBytes, int patienceMillis) {
        file = folder.resolve("history.db");
        this.mostBytes = mostBytes;
        this.patienceMillis = patienceMillis;
    }

    /// Reads.
    ///
    /// @throws ResourceException if the database cannot be used
    <T> T read(Function<Handle, T> query) {
        return guarded(() -> {
            Jdbi known = opened;
            Jdbi jdbi = known == null ? open() : known;
            return jdbi.<T, RuntimeException>withHandle(query::apply);
        });
    }

    /// Writes, all or nothing.
    ///
    /// @throws ResourceException if the database cannot be used
    <T> T write(Function<Handle, T> change) {
        lock.lock();
        try {
            return guarded(() -> {
                Jdbi jdbi = open();
                Handle own = writer == null ? jdbi.open() : writer;
                writer = own;
                return own.<T, RuntimeException>inTransaction(change::apply);
            });
        } finally {
            lock.unlock();
        }
    }

    private Jdbi open() {
        lock.lock();
        try {
            Jdbi known = opened;
            if (known != null) {
                return known;
            }
            makeFile();
            SQLiteConfig config = new SQLiteConfig();
            config.setJournalMode(JournalMode.WAL);
            config.setSynchronous(SynchronousMode.NORMAL);
            config.setBusyTimeout(patienceMillis);
            config.enforceForeignKeys(true);
            config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
            config.setMaxPageCount((int) (mostBytes / PAGE_BYTES));
            SQLiteDataSource source = new SQLiteDataSource(config);
            source.setUrl("jdbc:sqlite:" + file);
            FLYWAY.setLevel(Level.WARNING);
            Flyway.configure(Database.class.getClassLoader())
                    .dataSource(source)
                    .locations(MIGRATIONS)
                    .load()
                    .migrate();
            Jdbi jdbi = Jdbi.create(source);
            opened = jdbi;
            return jdbi;
        } finally {
            lock.unlock();
        }
    }

    /// Conversations are nobody else's business.
    private void makeFile() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent(), onlyOurs(posix, "rwx------"));
            if (Files.notExists(file)) {
                Files.createFile(file, onlyOurs(posix, "rw-------"));
            }
        } catch (IOException e) {
            throw new ResourceException(
                    "The conversations cannot be kept in " + file
                            + ", which cannot be made; see to its folder's permissions, or give another --data-dir.",
                    e);
        }
    }

    private static FileAttribute<?>[] onlyOurs(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private <T> T guarded(Supplier<T> action) {
        try {
            return action.get();
        } catch (JdbiException | FlywayException e) {
            SQLiteErrorCode code = code(e);
            boolean isHeld = code == SQLiteErrorCode.SQLITE_BUSY || code == SQLiteErrorCode.SQLITE_LOCKED;
            // A database that another program holds is in order: readers go on with it.
            forget(!isHeld);
            throw new ResourceException(sentence(code, e), e);
        }
    }

    private static SQLiteErrorCode code(RuntimeException failure) {
        SQLiteErrorCode code = SQLiteErrorCode.UNKNOWN_ERROR;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException own) {
                code = own.getResultCode();
            } else if (cause instanceof SQLException own && code == SQLiteErrorCode.UNKNOWN_ERROR) {
                code = SQLiteErrorCode.getErrorCode(own.getErrorCode());
            }
        }
        return SQLiteErrorCode.getErrorCode(code.code & 0xff);
    }

    private String sentence(SQLiteErrorCode code, RuntimeException failure) {
        return switch (code) {
            case SQLITE_FULL, SQLITE_TOOBIG ->
                "There is no room for more conversations in " + file + ": delete some, or free space on the disk.";
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "Another program holds the conversations in " + file + "; end it, or give another --data-dir.";
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                "The conversations in " + file + " are damaged; move the file away, and new ones will be kept.";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH, SQLITE_IOERR ->
                "The conversations in " + file + " cannot be read or written; see to the file and its folder.";
            default ->
                "The conversations in " + file + " cannot be used (" + failure.getMessage() + "); move the file away.";
        };
    }

    /// @param all whether the database is opened anew when it is needed next, or only the connection that writes
    private void forget(boolean all) {
        lock.lock();
        try {
            if (all) {
                opened = null;
            }
            Handle own = writer;
            writer = null;
            if (own != null) {
                own.close();
            }
        } catch (CloseException e) {
            // A transaction that never began cannot be ended; the connection is closed all the same.
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        forget(true);
    }
}
