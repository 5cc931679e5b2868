package dev.sluice.dataset;

import java.util.List;
import java.util.stream.Collectors;

/// The words for true and false. Letters of ASCII count in any case, all others as they are
/// written.
public record Words(List<String> yes, List<String> no) {
    public static final Words STANDARD =
            new Words(List.of("true", "t", "1"), List.of("false", "f", "0"));

    public Words {
        yes = yes.stream().map(Words::folded).toList();
        no = no.stream().map(Words::folded).toList();
        if (yes.isEmpty() || no.isEmpty() || yes.contains("") || no.contains("")) {
            throw new IllegalArgumentException("trueWords and falseWords are one word or more");
        }
        if (yes.stream().anyMatch(no::contains)) {
            throw new IllegalArgumentException("a word is both in trueWords and in falseWords");
        }
    }

    /// The text with the letters of ASCII in lower case.
    public static String folded(String text) {
        return text.chars()
                .map(c -> c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }
}
