package dev.sluice.job;

/// Why a job failed. The names are the wire form: they are in openapi.yaml and in the ledger.
public enum ErrorCode {
    // the key
    INVALID_KEY,
    // the dataset
    UNKNOWN_DATASET,
    INVALID_DATASET,
    DATASET_NOT_APPLIED,
    NOT_SUPPORTED,
    // the drop's metadata
    INVALID_METADATA,
    // the object
    OBJECT_VANISHED,
    OBJECT_UNREADABLE,
    OBJECT_CHANGED,
    // the order of the versions of a key
    KEY_ALREADY_LOADED,
    SUPERSEDED,
    REPLACE_REFUSED,
    // the file
    UNSUPPORTED_FILE,
    UNSUPPORTED_ENCODING,
    CORRUPT_GZIP,
    CORRUPT_ZSTD,
    CORRUPT_BZIP2,
    EXPANSION_LIMIT,
    INVALID_HEADER,
    MISSING_COLUMN,
    TOO_SLOW,
    TOO_MANY_REJECTS,
    // us
    INTAKE_FAILED,
    CHUNK_FAILED
}
