package dev.sluice.cli;

import picocli.CommandLine.Command;

/// `sluice dataset`: the commands about datasets.
@Command(
        name = "dataset",
        header = "Makes the tables of datasets.",
        synopsisSubcommandLabel = "COMMAND")
final class Dataset {}
