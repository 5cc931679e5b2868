package dev.sluice.faults;

import static dev.sluice.local.fault.Sign.toClient;
import static dev.sluice.local.fault.Sign.toServer;

import dev.sluice.local.Detours.Service;
import dev.sluice.local.fault.Sign;
import java.util.List;

/// A moment in the work of a function, told by what goes over the wire. The byte that completes it
/// has not arrived yet when a fault strikes.
enum Step {
    LEASE(Service.DATABASE, toServer("SET state = 'LEASED'")),
    LEASED(Service.DATABASE, toServer("SET state = 'LEASED'"), toClient("COMMIT\0")),
    GET(Service.S3, toServer("GET /")),
    /// Some bytes into the body.
    GETTING(Service.S3, toServer("GET /"), toClient("\r\n\r\n")),
    /// Intake asks what a key holds.
    LIST(Service.S3, toServer("versions&")),
    /// Some bytes into what it is told, also within the headers.
    LISTING(Service.S3, toServer("versions&"), toClient("HTTP/1.1 200")),
    /// Some bytes into the rows.
    COPY(Service.DATABASE, toServer("FROM STDIN")),
    COPIED(Service.DATABASE, toServer("FROM STDIN"), toClient("COPY ")),
    CHUNK_DONE(Service.DATABASE, toServer("SET state = 'DONE'")),
    BEFORE_COMMIT(Service.DATABASE, toServer("SET state = 'DONE'"), toServer("COMMIT\0")),
    /// It is committed and nobody but the database knows.
    COMMITTED(
            Service.DATABASE,
            toServer("SET state = 'DONE'"),
            toServer("COMMIT\0"),
            toClient("COMMIT\0")),
    REGISTER(Service.DATABASE, toServer("INSERT INTO sluice.job")),
    REGISTERED(Service.DATABASE, toServer("INSERT INTO sluice.job"), toClient("COMMIT\0")),
    TURN(Service.DATABASE, toServer("SET state = 'LOADING'")),
    PLAN_LEASE(Service.DATABASE, toServer("plan_fence = plan_fence + 1")),
    PLAN(Service.DATABASE, toServer("INSERT INTO sluice.chunk")),
    PLAN_COMMIT(Service.DATABASE, toServer("INSERT INTO sluice.chunk"), toServer("COMMIT\0")),
    /// Between plan and publish.
    PLANNED(
            Service.DATABASE,
            toServer("INSERT INTO sluice.chunk"),
            toServer("COMMIT\0"),
            toClient("COMMIT\0")),
    PUBLISH(Service.SQS, toServer("AmazonSQS.SendMessage")),
    PUBLISHED(Service.SQS, toServer("AmazonSQS.SendMessage"), toClient("HTTP/1.1 200"));

    private final Service service;

    @SuppressWarnings("ImmutableEnumChecker") // a copy
    private final List<Sign> signs;

    Step(Service service, Sign... signs) {
        this.service = service;
        this.signs = List.of(signs);
    }

    Service service() {
        return service;
    }

    List<Sign> signs() {
        return signs;
    }

    /// How many bytes later it makes sense to come; 0 for none.
    int bytesAfter() {
        return switch (this) {
            case COPY, GETTING -> 5_000;
            case LISTING -> 1_000;
            default -> 0;
        };
    }
}
