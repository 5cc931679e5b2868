package dev.sluice.local;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What a run of a template on this machine is told from outside.
///
/// @param template the SAM template
/// @param dataDirectory everything that outlives a run; one run at a time
/// @param apiPort the REST API's port; 0 for the one of the last run, else any that is free
/// @param stackName the first part of the resources' names
/// @param parameters the template's parameters by name
/// @param fileSystem the folder behind the template's EFS file systems, if it has any
/// @param dockerfile the image's description: entry point, environment, working directory
/// @param imagePaths where a path of the image lives on this machine, by prefix
/// @param announcements told, one sentence each, what this machine does otherwise than AWS
/// @param detours what stands between the functions and the services
public record LocalOptions(
        Path template,
        Path dataDirectory,
        int apiPort,
        String stackName,
        String region,
        Map<String, String> parameters,
        Optional<Path> fileSystem,
        Path dockerfile,
        Map<String, Path> imagePaths,
        Consumer<String> announcements,
        Detours detours) {

    public LocalOptions {
        if (apiPort < 0 || apiPort > 65_535) {
            throw new IllegalArgumentException("Not a port: " + apiPort);
        }
        if (!stackName.matches("[a-zA-Z][-a-zA-Z0-9]{0,30}")) {
            throw new IllegalArgumentException("Not a stack name: " + stackName);
        }
        parameters = Map.copyOf(parameters);
        imagePaths = Map.copyOf(imagePaths);
    }

    /// The template with its Dockerfile beside it and nothing special.
    public static LocalOptions of(Path template, Path dataDirectory) {
        return new LocalOptions(
                template,
                dataDirectory,
                0,
                "local",
                "eu-west-1",
                Map.of(),
                Optional.empty(),
                template.resolveSibling("Dockerfile"),
                Map.of(),
                _ -> {},
                Detours.NONE);
    }

    public LocalOptions withApiPort(int port) {
        return new LocalOptions(
                template,
                dataDirectory,
                port,
                stackName,
                region,
                parameters,
                fileSystem,
                dockerfile,
                imagePaths,
                announcements,
                detours);
    }

    public LocalOptions withStackName(String name) {
        return new LocalOptions(
                template,
                dataDirectory,
                apiPort,
                name,
                region,
                parameters,
                fileSystem,
                dockerfile,
                imagePaths,
                announcements,
                detours);
    }

    public LocalOptions withParameters(Map<String, String> values) {
        return new LocalOptions(
                template,
                dataDirectory,
                apiPort,
                stackName,
                region,
                values,
                fileSystem,
                dockerfile,
                imagePaths,
                announcements,
                detours);
    }

    public LocalOptions withFileSystem(Path folder) {
        return new LocalOptions(
                template,
                dataDirectory,
                apiPort,
                stackName,
                region,
                parameters,
                Optional.of(folder),
                dockerfile,
                imagePaths,
                announcements,
                detours);
    }

    public LocalOptions withDockerfile(Path file) {
        return new LocalOptions(
                template,
                dataDirectory,
                apiPort,
                stackName,
                region,
                parameters,
                fileSystem,
                file,
                imagePaths,
                announcements,
                detours);
    }

    public LocalOptions withImagePaths(Map<String, Path> folders) {
        return new LocalOptions(
                template,
                dataDirectory,
                apiPort,
                stackName,
                region,
                parameters,
                fileSystem,
                dockerfile,
                folders,
                announcements,
                detours);
    }

    public LocalOptions withAnnouncements(Consumer<String> listener) {
        return new LocalOptions(
                template,
                dataDirectory,
                apiPort,
                stackName,
                region,
                parameters,
                fileSystem,
                dockerfile,
                imagePaths,
                listener,
                detours);
    }

    public LocalOptions withDetours(Detours around) {
        return new LocalOptions(
                template,
                dataDirectory,
                apiPort,
                stackName,
                region,
                parameters,
                fileSystem,
                dockerfile,
                imagePaths,
                announcements,
                around);
    }
}
