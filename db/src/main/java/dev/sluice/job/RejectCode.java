package dev.sluice.job;

/// Why a record was refused. The names are the wire form: they are in openapi.yaml and in the
/// ledger.
public enum RejectCode {
    // the record as such
    UNTERMINATED_QUOTE,
    TEXT_AFTER_QUOTE,
    RECORD_TOO_LONG,
    INVALID_UTF8,
    INVALID_CHARACTER,
    NUL_CHARACTER,
    MISSING_FIELD,
    EXTRA_FIELD,
    INVALID_RECORD,
    // one value
    INVALID_ESCAPE,
    REQUIRED,
    INVALID_INTEGER,
    INVALID_NUMBER,
    INVALID_BOOLEAN,
    INVALID_DATE,
    INVALID_TIMESTAMP,
    INVALID_UUID,
    INVALID_JSON,
    OUT_OF_RANGE,
    TOO_MANY_DECIMALS,
    TOO_LONG,
    UNKNOWN_LOOKUP_VALUE,
    // what only the database can find
    UNIQUE_VIOLATION,
    CHECK_VIOLATION,
    NOT_NULL_VIOLATION,
    FOREIGN_KEY_VIOLATION,
    DATABASE_REFUSED
}
