package dev.sluice.local;

import java.io.IOException;
import java.net.InetSocketAddress;

/// What stands between the functions and a service, such as a relay that makes the way slow or cuts
/// it: asked once for each service at a start, before any function knows an address.
///
/// Only functions take the way: the services themselves, queues' pollers and clients go straight.
@FunctionalInterface
public interface Detours {
    Detours NONE = (_, address) -> address;

    /// A service that functions talk to.
    enum Service {
        S3,
        SQS,
        LAMBDA,
        DATABASE
    }

    /// The address on this machine that functions are told instead of the service's own.
    InetSocketAddress around(Service service, InetSocketAddress address) throws IOException;
}
