package dev.sluice.speed;

/// Seconds of processor time, by whose they are.
///
/// @param postgres the server's processes
/// @param load the function Load's processes
/// @param functions the other functions' processes: Intake's, above all
/// @param client this process and the programs that it ran to their end
/// @param rest what `up` does itself: S3, SQS, the stand-in for RDS Proxy
record Work(double postgres, double load, double functions, double client, double rest) {
    static final Work NONE = new Work(0, 0, 0, 0, 0);

    Work plus(Work other) {
        return new Work(
                postgres + other.postgres,
                load + other.load,
                functions + other.functions,
                client + other.client,
                rest + other.rest);
    }

    Work times(double factor) {
        return new Work(
                postgres * factor,
                load * factor,
                functions * factor,
                client * factor,
                rest * factor);
    }

    Work minus(Work other) {
        return plus(other.times(-1));
    }

    double sum() {
        return postgres + load + functions + client + rest;
    }
}
