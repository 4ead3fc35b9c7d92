package ouverture.server.history;

import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import ouverture.error.RequestException;
import ouverture.server.history.Judgement.Answer;

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
        this(new Database(folder, 4L << 30), MOST_BYTES_OF_OWNER, InstantSource.system());
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
                        new Conversation.Head(
                                id, row.getString("title"), Instant.ofEpochMilli(row.getLong("changed"))),
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
        return database.write(handle ->
                        handle.execute("delete from conversation where owner = ? and id = ?", owner, id))
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
        int length = judgement.messages().length() + judgement.comment().length();
        for (Answer answer : judgement.answers()) {
            length += answer.message().length() + answer.settings().length();
        }
        int size = length;
        checkSize(size, "The judgement");
        database.write(handle -> {
            checkRoom(handle, owner, judgement.conversation(), size);
            handle.execute("delete from judgement where owner = ? and id = ?", owner, judgement.id());
            int there = handle.createUpdate("""
                            insert into judgement (owner, id, conversation, judged, messages, comment)
                            select owner, :judgement, id, :judged, :messages, :comment
                            from conversation where owner = :owner and id = :id
                            """)
                    .bind("owner", owner)
                    .bind("id", judgement.conversation())
                    .bind("judgement", judgement.id())
                    .bind("judged", clock.millis())
                    .bind("messages", judgement.messages())
                    .bind("comment", judgement.comment())
                    .execute();
            if (there == 0) {
                throw new RequestException("There is no conversation " + judgement.conversation()
                        + " that the judgement could belong to; keep it first.");
            }
            addAnswers(handle, owner, judgement);
            return there;
        });
    }

    private static void addAnswers(Handle handle, String owner, Judgement judgement) {
        try (PreparedBatch batch = handle.prepareBatch("insert into judged_answer values (?, ?, ?, ?, ?, ?, ?, ?)")) {
            IntStream.range(0, judgement.answers().size()).forEach(i -> {
                Answer answer = judgement.answers().get(i);
                batch.add(
                        owner,
                        judgement.id(),
                        i,
                        answer.good() ? 1 : 0,
                        answer.message(),
                        answer.model(),
                        answer.adapters(),
                        answer.settings());
            });
            batch.execute();
        }
    }

    /// Takes a judgement back; says whether it was there.
    public boolean withdraw(String owner, String id) {
        return database.write(
                        handle -> handle.execute("delete from judgement where owner = ? and id = ?", owner, id))
                > 0;
    }

    /// The answers that were judged alone, oldest first.
    public List<Lesson> labels(String owner) {
        return database.read(handle -> handle.createQuery("""
                        select j.messages, a.message, a.good from judgement j
                        join judged_answer a on a.owner = j.owner and a.judgement = j.id
                        where j.owner = :owner and not exists (select 1 from judged_answer other
                            where other.owner = j.owner and other.judgement = j.id and other.place = 1)
                        order by j.judged, j.id
                        """)
                .bind("owner", owner)
                .<Lesson>map((row, _) -> new Lesson.Label(row.getString(1), row.getString(2), row.getBoolean(3)))
                .list());
    }

    /// Pairs of a better and a worse answer, oldest first: those that were compared, and those of one conversation
    /// to the same messages of which one was liked and the other was not.
    public List<Lesson> pairs(String owner) {
        return database.read(handle -> handle.createQuery("""
                        with answer as (
                            select j.*, a.good, a.message, count(*) over (partition by j.id) > 1 as compared
                            from judgement j join judged_answer a on a.owner = j.owner and a.judgement = j.id
                            where j.owner = :owner)
                        select better.messages, better.message, worse.message from answer better
                        join answer worse on worse.conversation = better.conversation
                            and worse.messages = better.messages and worse.compared = better.compared
                            and (worse.id = better.id or not better.compared)
                        where better.good and not worse.good and better.message <> worse.message
                        order by max(better.judged, worse.judged), better.id, worse.id
                        """)
                .bind("owner", owner)
                .<Lesson>map((row, _) -> new Lesson.Pair(row.getString(1), row.getString(2), row.getString(3)))
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
