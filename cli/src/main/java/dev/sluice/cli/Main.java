package dev.sluice.cli;

import dev.sluice.cli.stack.Complaint;
import dev.sluice.cli.terminal.Ink;
import dev.sluice.cli.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// The commands behind `./sluice`.
@Command(
        name = "sluice",
        versionProvider = Version.class,
        description =
                "Files from S3 into PostgreSQL: every good row exactly once, every bad row named.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Start here: ./sluice demo",
            "Help on one command: ./sluice COMMAND --help",
            "",
            "Exit codes: 0 done, 1 the job failed, 2 usage or environment, 3 done with rejects."
        })
public final class Main {
    private final Terminal out;
    private final Terminal err;

    private Main(Terminal out, Terminal err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        System.exit(run(Terminal.standardOutput(), Terminal.standardError(), arguments));
    }

    /// Runs one command and gives the process's exit code.
    static int run(Terminal out, Terminal err, String... arguments) {
        return new Main(out, err).execute(arguments);
    }

    private int execute(String... arguments) {
        var sluice = commandLine();
        if (arguments.length == 0) {
            sluice.usage(System.out);
            return ExitCode.USAGE.number();
        }
        return sluice.execute(arguments);
    }

    private CommandLine commandLine() {
        var dataset =
                new CommandLine(new Dataset())
                        .addSubcommand(new DatasetPut(out, err))
                        .addSubcommand(new DatasetApply(out, err));
        var sluice =
                new CommandLine(this)
                        .addSubcommand(new Demo(out))
                        .addSubcommand(new Up(out))
                        .addSubcommand(new Put(out, err))
                        .addSubcommand(new ListJobs(out))
                        .addSubcommand(new ShowJob(out, err))
                        .addSubcommand(new ListRejects(out))
                        .addSubcommand(new CancelJob(out))
                        .addSubcommand(new RetryJob(out, err))
                        .addSubcommand(dataset)
                        .addSubcommand(new Invoke(out, err))
                        .addSubcommand(new Logs(out))
                        .addSubcommand(new CheckFiles())
                        .addSubcommand(new RunTests());
        sluice.getCommandSpec().addOption(versionOption());
        addHelp(sluice);
        sluice.addSubcommand(new HelpCommand());
        return sluice.setColorScheme(Help.defaultColorScheme(ansi()))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpLongOptionsMaxWidth(24)
                .setUsageHelpWidth(Math.clamp(out.width(), 60, 100))
                .setParameterExceptionHandler((problem, _) -> explain(problem))
                .setExecutionExceptionHandler((problem, _, _) -> explain(problem));
    }

    private static OptionSpec versionOption() {
        return OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Prints the version.")
                .build();
    }

    private static void addHelp(CommandLine command) {
        command.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Shows this help.")
                                .build());
        command.getSubcommands().values().forEach(Main::addHelp);
    }

    private Help.Ansi ansi() {
        return out.colours() ? Help.Ansi.ON : Help.Ansi.OFF;
    }

    private int explain(ParameterException problem) {
        var command = problem.getCommandLine().getCommandSpec().qualifiedName(" ");
        err.line(String.valueOf(problem.getMessage()));
        err.line("How it is used: ./" + command + " --help");
        return ExitCode.USAGE.number();
    }

    private int explain(Exception problem) {
        if (System.getenv("SLUICE_DEBUG") != null) problem.printStackTrace();
        err.line(err.ink(Ink.RED, sentence(problem)));
        return ExitCode.USAGE.number();
    }

    private static String sentence(Exception problem) {
        if (problem instanceof Complaint complaint) return String.valueOf(complaint.getMessage());
        if (problem instanceof InterruptedException) return "Stopped.";
        return "This went wrong: %s (SLUICE_DEBUG=1 tells where)".formatted(problem);
    }
}
