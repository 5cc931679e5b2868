package dev.sluice.simulation;

import java.util.List;

/// The content of an object, cut as the planner would cut it.
///
/// @param mark what tells contents apart
/// @param poisoned the number of a chunk that can never be read, 0 for none
/// @param fatal reading that chunk fails the job, in place of the try
/// @param heals only in the job's first attempt
record DroppedFile(int mark, List<List<Line>> chunks, int poisoned, boolean fatal, boolean heals) {
    DroppedFile {
        chunks = List.copyOf(chunks);
    }

    /// One record.
    ///
    /// @param number from 1 in the file
    record Line(int number, int id, int value, Quality quality) {
        /// The line as a row of a job.
        Row row(int job) {
            return new Row(
                    job, number, id, quality == Quality.REFUSED_BY_DATABASE ? -value : value);
        }
    }

    /// Who refuses a record, if anybody does.
    enum Quality {
        GOOD,
        BAD,
        REFUSED_BY_DATABASE
    }

    boolean isPoisonedFor(JobRow job) {
        return poisoned > 0 && (!heals || job.attempt == 1);
    }

    List<Line> chunk(int number) {
        return chunks.get(number - 1);
    }

    int lines() {
        int count = 0;
        for (var chunk : chunks) {
            count += chunk.size();
        }
        return count;
    }

    @Override
    public String toString() {
        var text = new StringBuilder("content " + mark + " [");
        for (var chunk : chunks) {
            text.append(text.charAt(text.length() - 1) == '[' ? "" : " | ");
            for (var line : chunk) {
                var sign =
                        switch (line.quality) {
                            case GOOD -> "";
                            case BAD -> "!";
                            case REFUSED_BY_DATABASE -> "?";
                        };
                text.append(line.number == chunk.getFirst().number ? "" : " ")
                        .append(sign)
                        .append(line.id);
            }
        }
        return text + "]" + (poisoned > 0 ? " poisoned in chunk " + poisoned : "");
    }
}
