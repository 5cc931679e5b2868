package dev.sluice.local.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A text of SQL cut into statements and words, as PostgreSQL's lexer would: what stands in
/// strings, dollar quotes and comments is left out.
///
/// Words are in lower case, but quoted names stay as written with their quotes; of the signs only
/// opening parentheses are kept.
final class SqlWords {
    private final String text;
    private final List<List<String>> statements = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private int at;

    private SqlWords(String text) {
        this.text = text;
    }

    /// No statement is empty.
    static List<List<String>> statements(String text) {
        return new SqlWords(text).read();
    }

    private List<List<String>> read() {
        while (at < text.length()) {
            step(text.charAt(at));
        }
        endStatement();
        return statements;
    }

    private void step(char sign) {
        switch (sign) {
            case ';' -> {
                endStatement();
                at++;
            }
            case '\'' -> skipString(/* escapes= */ false);
            case '"' -> quotedName();
            case '$' -> skipDollars();
            case '(' -> {
                words.add("(");
                at++;
            }
            default -> {
                if (text.startsWith("--", at)) {
                    skipTo("\n");
                } else if (text.startsWith("/*", at)) {
                    skipComment();
                } else if (startsWord(sign)) {
                    word();
                } else if (sign >= '0' && sign <= '9') {
                    skipNumber();
                } else {
                    at++;
                }
            }
        }
    }

    private void endStatement() {
        if (!words.isEmpty()) {
            statements.add(words);
            words = new ArrayList<>();
        }
    }

    private static boolean startsWord(char sign) {
        return sign == '_'
                || sign >= 0x80
                || (sign >= 'a' && sign <= 'z')
                || (sign >= 'A' && sign <= 'Z');
    }

    private static boolean continuesWord(char sign) {
        return startsWord(sign) || sign == '$' || (sign >= '0' && sign <= '9');
    }

    private void word() {
        int from = at;
        while (at < text.length() && continuesWord(text.charAt(at))) {
            at++;
        }
        var word = text.substring(from, at).toLowerCase(Locale.ROOT);
        if (word.equals("e") && at < text.length() && text.charAt(at) == '\'') {
            skipString(/* escapes= */ true);
            return;
        }
        words.add(word);
    }

    private void skipNumber() {
        while (at < text.length() && continuesWord(text.charAt(at))) {
            at++;
        }
    }

    private void skipString(boolean escapes) {
        at++;
        while (at < text.length() && text.charAt(at) != '\'') {
            at += escapes && text.charAt(at) == '\\' ? 2 : 1;
        }
        // a doubled quote opens the next string at once, which comes to the same
        at = Math.min(at + 1, text.length());
        if (escapes && at < text.length() && text.charAt(at) == '\'') {
            skipString(/* escapes= */ true);
        }
    }

    private void quotedName() {
        int close = text.indexOf('"', at + 1);
        int end = close < 0 ? text.length() : close + 1;
        words.add(text.substring(at, end));
        at = end;
    }

    private void skipDollars() {
        int tag = at + 1;
        while (tag < text.length() && continuesWord(text.charAt(tag)) && text.charAt(tag) != '$') {
            tag++;
        }
        boolean parameter = tag > at + 1 && Character.isDigit(text.charAt(at + 1));
        if (tag == text.length() || text.charAt(tag) != '$' || parameter) {
            at = tag;
            return;
        }
        var quote = text.substring(at, tag + 1);
        at = tag + 1;
        skipTo(quote);
    }

    private void skipTo(String end) {
        int found = text.indexOf(end, at);
        at = found < 0 ? text.length() : found + end.length();
    }

    private void skipComment() {
        int depth = 0;
        do {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < text.length());
    }
}
