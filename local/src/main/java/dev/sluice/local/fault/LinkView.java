package dev.sluice.local.fault;

/// One connection through a relay.
///
/// @param clientPort the client's own port, by which its process can be found
/// @param toServer bytes that were passed on to the server
/// @param toClient bytes that were passed on to the client
public record LinkView(int clientPort, long toServer, long toClient) {}
