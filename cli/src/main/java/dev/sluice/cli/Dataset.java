package dev.sluice.cli;

import picocli.CommandLine.Command;

/// `sluice dataset`: the commands about datasets.
@Command(
        name = "dataset",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes the tables of datasets.")
final class Dataset {}
