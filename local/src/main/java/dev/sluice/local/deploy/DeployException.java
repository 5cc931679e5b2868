package dev.sluice.local.deploy;

/// A custom resource could not be made; the message is one sentence.
public final class DeployException extends Exception {
    private static final long serialVersionUID = 1L;

    DeployException(String logicalId, String reason) {
        super("The resource " + logicalId + " could not be made: " + reason);
    }
}
