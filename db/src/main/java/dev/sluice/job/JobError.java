package dev.sluice.job;

/// Why a job failed: a name of the closed list in openapi.yaml and one sentence for the uploader.
public record JobError(ErrorCode code, String message) {}
