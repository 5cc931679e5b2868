package dev.sluice.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.job.Drop;
import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The danger: raw text of a bad record that breaks the COPY which reports it.
class RejectsTest {
    private final Database database = TestingPostgres.loader();

    @BeforeEach
    void emptyTheLedger() throws SQLException {
        TestingPostgres.empty();
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @Test
    void keepsAnyTextAsItWas() throws SQLException {
        var job = job();
        var nasty = List.of("\\.", "\\N", "a\tb", "a\r\nb", "\\", "", "😀 ''\"", "\u2028");
        for (int i = 0; i < nasty.size(); i++) {
            var reject = reject(i + 1, nasty.get(i));
            database.<Boolean, SQLException>inTransaction(c -> {
                Rejects.write(c, job, List.of(reject));
                return true;
            });
        }

        var read = database.inTransaction(c -> Rejects.list(c, job, 0, 100));

        assertThat(read).extracting(Reject::raw).containsExactlyElementsOf(nasty);
        assertThat(read.getFirst()).isEqualTo(reject(1, "\\."));
    }

    @Test
    void showsANulAsAPicture() throws SQLException {
        var job = job();
        database.<Boolean, SQLException>inTransaction(c -> {
            Rejects.write(c, job, List.of(reject(1, "a\0b")));
            return true;
        });

        assertThat(database.inTransaction(c -> Rejects.list(c, job, 0, 100)).getFirst().raw())
                .isEqualTo("a\u2400b");
    }

    @Test
    void listsPageByPageInTheOrderOfTheFile() throws SQLException {
        var job = job();
        database.<Boolean, SQLException>inTransaction(c -> {
            Rejects.write(c, job, List.of(reject(30, "c"), reject(10, "a"), reject(20, "b")));
            return true;
        });

        var page = database.inTransaction(c -> Rejects.list(c, job, 10, 1));

        assertThat(page).containsExactly(reject(20, "b"));
    }

    private static Reject reject(long record, String raw) {
        return new Reject(record, record + 1, 7, null, RejectCode.MISSING_FIELD, "short", raw);
    }

    private UUID job() throws SQLException {
        var id = UUID.randomUUID();
        var drop = new Drop("inbox", "k", id.toString(), "e", 10, null, Instant.EPOCH);
        return database.inTransaction(c -> Jobs.register(c, id, "demo", "d", drop)).id();
    }
}
