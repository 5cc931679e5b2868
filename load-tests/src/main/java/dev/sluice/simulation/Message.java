package dev.sluice.simulation;

import dev.sluice.simulation.ChunkStatements.Address;

/// A message of the queue of chunks.
final class Message {
    final Address address;
    long visibleAt;
    int receives;

    Message(Address address, long visibleAt) {
        this.address = address;
        this.visibleAt = visibleAt;
    }
}
