package dev.sluice.dataset;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// How the characters of a file are bytes. All of these agree with ASCII, so records and fields are
/// cut from the bytes as they are.
public enum Encoding {
    UTF_8("utf-8", StandardCharsets.UTF_8),
    ISO_8859_1("iso-8859-1", StandardCharsets.ISO_8859_1),
    WINDOWS_1252("windows-1252", Charset.forName("windows-1252"));

    private final String wireName;
    private final Charset charset;

    Encoding(String wireName, Charset charset) {
        this.wireName = wireName;
        this.charset = charset;
    }

    public String wireName() {
        return wireName;
    }

    public Charset charset() {
        return charset;
    }
}
