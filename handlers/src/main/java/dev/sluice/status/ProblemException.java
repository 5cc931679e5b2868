package dev.sluice.status;

/// A request that can't be met, with the answer that says so.
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Answer answer;

    private ProblemException(Answer answer) {
        super(answer.body());
        this.answer = answer;
    }

    static ProblemException badRequest(String detail) {
        return new ProblemException(Answer.problem(400, "Bad Request", detail, null));
    }

    /// The same for what is not there and for what belongs to another tenant.
    static ProblemException notFound() {
        return new ProblemException(
                Answer.problem(404, "Not Found", "There is no such job.", null));
    }

    Answer answer() {
        return answer;
    }
}
