package dev.sluice.rows;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/// Texts of values, some of them damaged.
final class Texts {
    private Texts() {}

    /// JSON on one line, up to three levels deep.
    static Arbitrary<String> json() {
        var string = string();
        var plain =
                Arbitraries.oneOf(
                        string,
                        Arbitraries.of("null", "true", "false", "{}", "[]", "-0", "1e2", "1E-3"),
                        Arbitraries.doubles().map(String::valueOf),
                        Arbitraries.longs().map(String::valueOf));
        var list = plain.list().ofMaxSize(3).map(it -> "[ " + String.join(" ,", it) + "]");
        var member =
                Combinators.combine(string, Arbitraries.oneOf(plain, list))
                        .as((name, value) -> name + ":" + value);
        var object = member.list().ofMaxSize(4).map(it -> "{" + String.join(", ", it) + " }");
        return Arbitraries.oneOf(plain, list, object);
    }

    private static Arbitrary<String> string() {
        return Arbitraries.of(
                        "a",
                        "é",
                        "😀",
                        "\\u0041",
                        "\\ud83d\\ude00",
                        "\\ud800",
                        "\\u0000",
                        "\\n",
                        "\\/",
                        "\\\\",
                        "\\\"")
                .list()
                .ofMaxSize(3)
                .map(parts -> '"' + String.join("", parts) + '"');
    }

    /// Lists of values, every third of them with a character put in or taken out.
    static Arbitrary<List<String>> damaged(Arbitrary<String> values, String characters) {
        var damage =
                Combinators.combine(
                                values,
                                Arbitraries.integers().between(0, 1_000),
                                Arbitraries.strings().withChars(characters).ofMaxLength(1))
                        .as((value, at, put) -> {
                            int place = at % (value.length() + 1);
                            int end = Math.min(value.length(), place + at % 2);
                            return value.substring(0, place) + put + value.substring(end);
                        });
        return Arbitraries.oneOf(values, values, damage)
                .filter(Texts::isStorable)
                .list()
                .ofSize(200);
    }

    // no NUL and no half of a surrogate pair, which are other tests' subject
    private static boolean isStorable(String text) {
        return text.codePoints().noneMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF));
    }
}
