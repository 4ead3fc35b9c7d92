package ouverture.server.history;

import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import ouverture.error.RequestException;

/// Conversations of the web page and judgements of their answers. Everybody has their own: an owner is the name of
/// an API key, or empty where a server has none. What an owner deletes is gone, with the judgements of it.
///
/// Methods throw [ouverture.error.ResourceException] if the database cannot be used; another call may find it in
/// order again.
public final class History implements AutoCloseable {
    static final int MOST_BYTES = 8 << 20;
    private static final long MOST_BYTES_OF_OWNER = 512L << 20;

    private final Database database;
    private final long mostBytesOfOwner;
    private final InstantSource clock;

    /// The history in a folder, which is made when it is needed first: 512 MiB for each owner, 4 GiB for all.
    public History(Path folder) {
        this(new Database(folder, 4L << 30, 5000), MOST_BYTES_OF_OWNER, InstantSource.system());
    }

    /// @param mostBytesOfOwner text that an owner may have here
    History(Database database, long mostBytesOfOwner, InstantSource clock) {
        this.database = database;
        this.mostBytesOfOwner = mostBytesOfOwner;
        this.clock = clock;
    }

    /// Conversations, the one that changed last first.
    ///
    /// @param search text that title or messages have, whatever its case and accents; empty for all
    /// @param limit of how many there may be
    public List<Conversation.Head> list(String owner, String search, int limit) {
        return database.read(handle -> handle.createQuery("""
                        select id, title, changed from conversation
                        where owner = :owner and instr(words, :search) > 0
                        order by changed desc, id limit :limit
                        """)
                .bind("owner", owner)
                .bind("search", plain(search))
                .bind("limit", limit)
                .map((row, _) -> new Conversation.Head(
                        row.getString("id"), row.getString("title"), Instant.ofEpochMilli(row.getLong("changed"))))
                .list());
    }

    /// A conversation, if the owner has it.
    public Optional<Conversation> find(String owner, String id) {
        return database.read(handle -> handle.createQuery(
                        "select title, changed, messages from conversation where owner = :owner and id = :id")
                .bind("owner", owner)
                .bind("id", id)
                .map((row, _) -> new Conversation(
                        new Conversation.Head(id, row.getString("title"), Instant.ofEpochMilli(row.getLong("changed"))),
                        row.getString("messages")))
                .findOne());
    }

    /// Keeps a conversation in place of the one with its id.
    ///
    /// @param messages in JSON
    /// @param words that can be searched for, besides the title
    /// @throws RequestException if it is too large, alone or with the owner's others
    public Conversation.Head put(String owner, String id, String title, String messages, String words) {
        checkSize(messages.length(), "The conversation");
        Instant now = Instant.ofEpochMilli(clock.millis());
        database.write(handle -> {
            checkRoom(handle, owner, id, messages.length());
            return handle.createUpdate("""
                            insert into conversation (owner, id, title, changed, messages, words)
                            values (:owner, :id, :title, :changed, :messages, :words)
                            on conflict (owner, id) do update set title = excluded.title,
                            changed = excluded.changed, messages = excluded.messages, words = excluded.words
                            """)
                    .bind("owner", owner)
                    .bind("id", id)
                    .bind("title", title)
                    .bind("changed", now.toEpochMilli())
                    .bind("messages", messages)
                    .bind("words", plain(title + "\n" + words))
                    .execute();
        });
        return new Conversation.Head(id, title, now);
    }

    /// Deletes a conversation and what was said of its answers; says whether it was there.
    public boolean remove(String owner, String id) {
        return database.write(
                        handle -> handle.execute("delete from conversation where owner = ? and id = ?", owner, id))
                > 0;
    }

    /// Deletes all that an owner has here; says how many conversations there were.
    public int removeAll(String owner) {
        return database.write(handle -> handle.execute("delete from conversation where owner = ?", owner));
    }

    /// Keeps a judgement in place of the one with its id.
    ///
    /// @throws RequestException if its conversation is not here, or it is too large, alone or with the others
    public void judge(String owner, Judgement judgement) {
        int length = judgement.messages().length() + judgement.answer().length();
        checkSize(length, "The judgement");
        database.write(handle -> {
            checkRoom(handle, owner, "", length);
            handle.execute("delete from judgement where owner = ? and id = ?", owner, judgement.id());
            int there = handle.createUpdate("""
                            insert into judgement (owner, id, conversation, judged, messages, answer, model, good)
                            select owner, :judgement, id, :judged, :messages, :answer, :model, :good
                            from conversation where owner = :owner and id = :id
                            """)
                    .bind("owner", owner)
                    .bind("id", judgement.conversation())
                    .bind("judgement", judgement.id())
                    .bind("judged", clock.millis())
                    .bind("messages", judgement.messages())
                    .bind("answer", judgement.answer())
                    .bind("model", judgement.model())
                    .bind("good", judgement.good() ? 1 : 0)
                    .execute();
            if (there == 0) {
                throw new RequestException("There is no conversation " + judgement.conversation()
                        + " that the judgement could belong to; keep it first.");
            }
            return there;
        });
    }

    /// Takes a judgement back; says whether it was there.
    public boolean withdraw(String owner, String id) {
        return database.write(handle -> handle.execute("delete from judgement where owner = ? and id = ?", owner, id))
                > 0;
    }

    /// The answers that were judged, oldest first.
    public List<Lesson.Label> labels(String owner) {
        return database.read(handle -> handle.createQuery("""
                        select messages, answer, good from judgement
                        where owner = :owner order by judged, id
                        """)
                .bind("owner", owner)
                .map((row, _) -> new Lesson.Label(row.getString(1), row.getString(2), row.getBoolean(3)))
                .list());
    }

    /// Pairs of a better and a worse answer of one conversation to the same messages, oldest first.
    public List<Lesson.Pair> pairs(String owner) {
        return database.read(handle -> handle.createQuery("""
                        select better.messages, better.answer, worse.answer from judgement better
                        join judgement worse on worse.owner = better.owner
                            and worse.conversation = better.conversation and worse.messages = better.messages
                        where better.owner = :owner and better.good and not worse.good
                            and better.answer <> worse.answer
                        order by max(better.judged, worse.judged), better.id, worse.id
                        """)
                .bind("owner", owner)
                .map((row, _) -> new Lesson.Pair(row.getString(1), row.getString(2), row.getString(3)))
                .list());
    }

    private static void checkSize(int length, String what) {
        if (length > MOST_BYTES) {
            throw new RequestException(what + " has " + length + " characters; at most " + MOST_BYTES
                    + " are kept: begin another conversation.");
        }
    }

    /// @param id whose messages do not count: they are about to be replaced
    private void checkRoom(Handle handle, String owner, String id, int more) {
        long taken = handle.createQuery("""
                        select (select coalesce(sum(length(messages)), 0) from conversation
                            where owner = :owner and id <> :id)
                        + (select coalesce(sum(length(messages)), 0) from judgement where owner = :owner)
                        """)
                .bind("owner", owner)
                .bind("id", id)
                .mapTo(Long.class)
                .one();
        if (taken + more > mostBytesOfOwner) {
            throw new RequestException("Your conversations take " + taken / (1 << 20) + " of the "
                    + mostBytesOfOwner / (1 << 20) + " MiB that there are for each; delete some of them.");
        }
    }

    /// A text without case and accents.
    private static String plain(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}+", "")
                .toLowerCase(Locale.ROOT);
    }

    /// Lets the database go.
    @Override
    public void close() {
        database.close();
    }
}
