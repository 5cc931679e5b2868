package dev.sluice.cli;

import picocli.CommandLine.Command;

/// `sluice dataset`: the commands about datasets.
@Command(
        name = "dataset",
        header = "Uploads datasets and makes their tables.",
        synopsisSubcommandLabel = "COMMAND")
final class Dataset {}
