package dev.sluice.speed;

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
/// writer over the driver's rewritten inserts; types are cast by the server. A program of its own.
final class SpringBatchJob {
    private static final int CHUNK = 1_000;
    static final String SECONDS = "seconds: ";

    private SpringBatchJob() {}

    /// Takes a JDBC URL, a sample's name and its file; prints how long the job took.
    @SuppressWarnings("SystemOut")
    static void main(String[] args) throws Exception {
        long begin = System.nanoTime();
        var source = new SingleConnectionDataSource(args[0], /* suppressClose= */ true);
        try {
            run(Sample.valueOf(args[1]), Path.of(args[2]), source);
        } finally {
            source.destroy();
        }
        System.out.println(SECONDS + (System.nanoTime() - begin) / 1e9);
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
