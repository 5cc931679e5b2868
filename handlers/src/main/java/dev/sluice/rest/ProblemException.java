package dev.sluice.rest;

import org.jspecify.annotations.Nullable;

/// A request that can't be met, with the answer that says so.
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Answer answer;

    private ProblemException(Answer answer) {
        super(answer.body());
        this.answer = answer;
    }

    public static ProblemException badRequest(String detail) {
        return new ProblemException(Answer.problem(400, "Bad Request", detail, null));
    }

    /// The same for what is not there and for what belongs to another tenant.
    public static ProblemException notFound() {
        return new ProblemException(
                Answer.problem(404, "Not Found", "There is no such job.", null));
    }

    /// What is named in a request is not there.
    public static ProblemException notFound(String detail) {
        return new ProblemException(Answer.problem(404, "Not Found", detail, null));
    }

    /// The state of things does not allow it.
    public static ProblemException conflict(String detail, @Nullable String retryAfterSeconds) {
        return new ProblemException(Answer.problem(409, "Conflict", detail, retryAfterSeconds));
    }

    /// It is understood and still can't be done.
    public static ProblemException unprocessable(String detail) {
        return new ProblemException(Answer.problem(422, "Unprocessable Content", detail, null));
    }

    /// It was there once.
    public static ProblemException gone(String detail) {
        return new ProblemException(Answer.problem(410, "Gone", detail, null));
    }

    public Answer answer() {
        return answer;
    }
}
