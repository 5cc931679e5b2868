package dev.sluice.status;

import dev.sluice.job.Reject;
import java.sql.SQLException;
import java.util.List;

/// The rejects of one job in the order of the file, some at a time.
@FunctionalInterface
interface RejectPages {
    /// At most so many rejects after a record.
    List<Reject> after(long record, int limit) throws SQLException;
}
