package dev.sluice.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.job.Reject;
import dev.sluice.job.RejectCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All SQL about rejects.
public final class Rejects {
    private Rejects() {}

    private static final String COPY =
            """
            COPY sluice.reject (job_id, record, line, byte_offset, column_name, code, message, raw) FROM STDIN
            """;

    /// Writes rejects in the caller's transaction; by COPY, since a file may consist of nothing
    /// else.
    public static void write(Connection connection, UUID job, List<Reject> rejects)
            throws SQLException {
        if (rejects.isEmpty()) {
            return;
        }
        var text = new StringBuilder();
        for (var reject : rejects) {
            text.append(job).append('\t').append(reject.record()).append('\t');
            text.append(reject.line()).append('\t').append(reject.byteOffset()).append('\t');
            field(text, reject.column()).append('\t');
            field(text, reject.code().name()).append('\t');
            field(text, reject.message()).append('\t');
            field(text, reject.raw()).append('\n');
        }
        byte[] bytes = text.toString().getBytes(UTF_8);
        CopyIn.send(connection, COPY, sink -> sink.write(bytes, 0, bytes.length));
    }

    /// A field in COPY's text format; a NUL, which no text of PostgreSQL can hold, shows as U+2400.
    private static StringBuilder field(StringBuilder text, @Nullable String value) {
        if (value == null) {
            return text.append("\\N");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\0' -> text.append('\u2400');
                default -> text.append(c);
            }
        }
        return text;
    }

    /// Rejects of a job in the order of the file, after a record number.
    public static List<Reject> list(Connection connection, UUID job, long afterRecord, int limit)
            throws SQLException {
        var sql =
                """
                SELECT record, line, byte_offset, column_name, code, message, raw
                FROM sluice.reject WHERE job_id = ? AND record > ? ORDER BY record LIMIT ?
                """;
        var rejects = new ArrayList<Reject>();
        try (var select = connection.prepareStatement(sql)) {
            select.setObject(1, job);
            select.setLong(2, afterRecord);
            select.setInt(3, limit);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    rejects.add(
                            new Reject(
                                    row.getLong(1),
                                    row.getLong(2),
                                    row.getLong(3),
                                    row.getString(4),
                                    RejectCode.valueOf(row.getString(5)),
                                    row.getString(6),
                                    row.getString(7)));
                }
            }
        }
        return rejects;
    }
}
