package dev.sluice.speed;

import dev.sluice.cli.stack.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.support.ResourcelessJobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.database.JdbcBatchItemWriter;
import org.springframework.batch.infrastructure.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.infrastructure.item.file.FlatFileItemReader;
import org.springframework.batch.infrastructure.item.file.builder.FlatFileItemReaderBuilder;
import org.springframework.batch.infrastructure.item.file.separator.DefaultRecordSeparatorPolicy;
import org.springframework.batch.infrastructure.item.file.transform.FieldSet;
import org.springframework.core.io.FileSystemResource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/// A Spring Batch job of its usual parts: the flat file reader, chunks of 1,000, the JDBC batch
/// writer over the driver's rewritten inserts; types are cast by the server.
record SpringBatch(String jdbcUrl) implements Contender {
    private static final int CHUNK = 1_000;

    static SpringBatch of(Database database) throws java.sql.SQLException {
        try (var connection = database.connect()) {
            var metaData = connection.getMetaData();
            var url = metaData.getURL();
            return new SpringBatch(
                    "%s%sreWriteBatchedInserts=true&stringtype=unspecified&user=%s"
                            .formatted(url, url.contains("?") ? "&" : "?", metaData.getUserName()));
        }
    }

    @Override
    public String name() {
        return "Spring Batch, JDBC batches of 1,000";
    }

    @Override
    public double load(Sample sample, Path file) throws Exception {
        long begin = System.nanoTime();
        var source = new SingleConnectionDataSource(jdbcUrl, /* suppressClose= */ true);
        try {
            run(sample, file, source);
        } finally {
            source.destroy();
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static void run(Sample sample, Path file, DataSource source) throws Exception {
        var repository = new ResourcelessJobRepository();
        var job =
                new JobBuilder("load", repository)
                        .start(step(repository, sample, file, source))
                        .build();
        var parameters = new JobParameters();
        var instance = repository.createJobInstance("load", parameters);
        var execution = repository.createJobExecution(instance, parameters, new ExecutionContext());
        job.execute(execution);
        if (execution.getStatus() != BatchStatus.COMPLETED) {
            throw new IOException("Spring Batch: " + execution.getAllFailureExceptions());
        }
    }

    private static Step step(
            ResourcelessJobRepository repository, Sample sample, Path file, DataSource source)
            throws Exception {
        return new StepBuilder("load", repository)
                .<FieldSet, FieldSet>chunk(CHUNK)
                .reader(reader(sample, file))
                .writer(writer(sample, source))
                .transactionManager(new JdbcTransactionManager(source))
                .build();
    }

    private static FlatFileItemReader<FieldSet> reader(Sample sample, Path file) {
        return new FlatFileItemReaderBuilder<FieldSet>()
                .name("file")
                .resource(new FileSystemResource(file))
                .linesToSkip(1)
                .recordSeparatorPolicy(new DefaultRecordSeparatorPolicy())
                .delimited()
                .names(sample.columnNames().toArray(String[]::new))
                .fieldSetMapper(fields -> fields)
                .build();
    }

    private static JdbcBatchItemWriter<FieldSet> writer(Sample sample, DataSource source)
            throws Exception {
        var columns = sample.columnNames();
        var sql =
                "INSERT INTO %s (%s) VALUES (%s)"
                        .formatted(
                                sample.table(),
                                String.join(",", columns),
                                String.join(",", Collections.nCopies(columns.size(), "?")));
        var writer =
                new JdbcBatchItemWriterBuilder<FieldSet>()
                        .dataSource(source)
                        .sql(sql)
                        .itemPreparedStatementSetter((fields, statement) -> {
                            for (var i = 0; i < columns.size(); i++) {
                                statement.setString(i + 1, fields.readRawString(i));
                            }
                        })
                        .build();
        writer.afterPropertiesSet();
        return writer;
    }
}
