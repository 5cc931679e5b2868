package dev.sluice.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Turns what an image starts into what this machine can start: the same words, with the image's
/// paths put in their places here and `java` being the one that runs this.
record HostCommand(Map<String, Path> imagePaths) {

    /// The words of a process; the first is a program of this machine.
    List<String> words(List<String> imageWords) {
        var words = new ArrayList<String>();
        for (var word : imageWords) {
            words.add(here(word));
        }
        words.set(0, program(imageWords.getFirst()));
        return words;
    }

    /// A word with every path of the image, also behind `=` and between colons, in its place here.
    String here(String word) {
        var here = word;
        var longestFirst =
                imagePaths.keySet().stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList();
        for (var path : longestFirst) {
            var place = imagePaths.get(path);
            if (place != null) {
                here =
                        Pattern.compile("(?<=^|[=:,])" + Pattern.quote(path) + "(?=$|[/:,*])")
                                .matcher(here)
                                .replaceAll(
                                        Matcher.quoteReplacement(
                                                place.toAbsolutePath().toString()));
            }
        }
        return here;
    }

    private String program(String word) {
        return word.equals("java") || word.endsWith("/java")
                ? Path.of(System.getProperty("java.home"), "bin", "java").toString()
                : here(word);
    }
}
